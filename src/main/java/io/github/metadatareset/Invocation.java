package io.github.metadatareset;

import io.github.metadatareset.reset.Deadline;

/// What Lambda says of one invocation.
///
/// @param requestId Lambda's own, which stays the same when it retries an asynchronous invocation
/// @param deadline after which no work is begun
/// @param end after which no time is left even for settling: the answer has to be given
record Invocation(String requestId, Deadline deadline, Deadline end, InvocationLog log) {}

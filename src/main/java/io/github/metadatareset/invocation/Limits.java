package io.github.metadatareset.invocation;

import io.github.metadatareset.request.AllowedProfiles;

/// What this deployment allows.
///
/// @param maxReceiveCount after this many receives a message with a retryable failure becomes a
///     dead letter; the same as in the request queue's redrive policy
/// @param maxConcurrentCalls how many AppFlow calls are under way at a time
/// @param maxCallsPerEvent how many AppFlow calls one event may need, with all of its sub-requests
/// @param allowedProfiles the profiles that may be reset
public record Limits(
    int maxReceiveCount,
    int maxConcurrentCalls,
    int maxCallsPerEvent,
    AllowedProfiles allowedProfiles) {}

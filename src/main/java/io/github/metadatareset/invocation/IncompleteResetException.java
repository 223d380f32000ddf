package io.github.metadatareset.invocation;

import static java.util.stream.Collectors.joining;

import io.github.metadatareset.request.Failure;
import java.util.List;

/// Not all of a request was done that its sender waits for. Nothing of it is on the request queue
/// or in the dead-letter queue.
///
/// Lambda gives callers the name of this class with its package as the error's type. State machines
/// compare it (`ErrorEquals`), so it does not change.
public final class IncompleteResetException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// The code of this failure in the log.
  private static final String CODE = "IncompleteReset";

  private static final int MAX_NAMED = 10;

  /// Ten of them are less than 8 KB. Step Functions accepts a cause of 32,768 characters.
  private static final int MAX_TEXT = 700;

  private final transient Failure failure;

  private IncompleteResetException(Failure failure) {
    super(failure.message());
    this.failure = failure;
  }

  /// @param failed what was not done, at least one
  /// @param resets how many calls were made
  static IncompleteResetException of(List<FailedRequest> failed, int resets) {
    String message =
        "%d not done, %d reset. Not done%s: %s"
            .formatted(
                failed.size(),
                resets,
                failed.size() > MAX_NAMED ? ", the first %d".formatted(MAX_NAMED) : "",
                failed.stream()
                    .limit(MAX_NAMED)
                    .map(IncompleteResetException::text)
                    .collect(joining("; ")));
    boolean mayBeRetried =
        failed.stream().allMatch(each -> each.failure() instanceof Failure.Retryable);
    return new IncompleteResetException(
        mayBeRetried
            ? new Failure.Unavailable(CODE, message)
            : new Failure.Permanent(CODE, message));
  }

  /// @param resets how many calls were made
  static IncompleteResetException tooManyCalls(int resets) {
    return new IncompleteResetException(
        new Failure.Permanent(
            CODE,
            "the request needs more than %d calls, %d of which were made; narrow it, or send it without wait"
                .formatted(RequestWalk.MAX_CALLS, resets)));
  }

  /// Lambda writes the message into the log unchanged, and AppFlow's messages may quote any name.
  private static String text(FailedRequest each) {
    String text =
        "%s: %s: %s".formatted(each.request(), each.failure().code(), each.failure().message());
    return text.substring(0, Math.min(text.length(), MAX_TEXT)).replaceAll("[^ -~]", "?");
  }

  Failure failure() {
    return failure;
  }
}

package io.github.metadatareset.request;

/// What a direct invocation does with its request. The members `dryRun` and `wait` say it; no
/// request is different because of them.
public enum Mode {
  /// One call is made at once. A request that needs more is sent to the request queue.
  DEFAULT,

  /// Nothing is reset. The answer says which calls the request needs.
  DRY_RUN,

  /// The answer comes when all of the request is done.
  WAIT
}

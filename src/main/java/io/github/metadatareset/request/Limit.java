package io.github.metadatareset.request;

import java.util.regex.Pattern;

/// The lengths and patterns of strings in the AppFlow API model (2020-08-23). Lengths are in code
/// points. The model's `\s`, `\S` and `\w` are ASCII classes; a lone surrogate is never allowed.
enum Limit {
  CONNECTOR_PROFILE_NAME(
      256,
      "[\\w/!@#+=.-]+",
      "a connector profile name: 1 to 256 characters of A-Z a-z 0-9 _ / ! @ # + = . -"),
  CONNECTOR_PROFILE_PATTERN(
      256,
      "[\\w/!@#+=.*?-]+",
      "a connector profile name pattern: 1 to 256 characters of A-Z a-z 0-9 _ / ! @ # + = . - * ?"),
  CONNECTOR_LABEL(
      256,
      "[a-zA-Z0-9][\\w!@#.-]+",
      "a connector label: 2 to 256 characters of A-Z a-z 0-9 _ ! @ # . - that start with a letter or digit"),
  FLOW_PATTERN(
      256,
      "[*?]|[a-zA-Z0-9*?][\\w!@#.*?-]+",
      "a flow name or pattern: 2 to 256 characters of A-Z a-z 0-9 _ ! @ # . - that start with a letter or digit,"
          + " with * and ? as wildcards"),
  /// A pattern, or a keyword of `entities`, is refused too, as it would be looked for as a name.
  ENTITY_NAME(
      1024,
      "(?!(?:ALL|USED_BY_FLOWS)(?![\\s\\S]))"
          + Limit.NO_PLACEHOLDER
          + "[^* \\t\\n\\x0B\\f\\r\\x{D800}-\\x{DFFF}]+",
      "an entity name: 1 to 1024 characters without spaces or *"),
  ENTITIES_PATH(
      256,
      "[ \\t\\n\\x0B\\f\\r\\w/!@#+=,.-]*",
      "a parent entity's name: at most 256 characters of A-Z a-z 0-9 _ / ! @ # + = , . - and white space"),
  API_VERSION(
      256,
      Limit.NO_PLACEHOLDER + "[^ \\t\\n\\x0B\\f\\r\\x{D800}-\\x{DFFF}]+",
      "an API version: 1 to 256 characters without spaces");

  /// AppFlow accepts almost any characters in an entity's name and a version: also `<entity>`,
  /// `$.detail.entity`, `${entity}` and `{{entity}}`, which a template has not filled in.
  private static final String NO_PLACEHOLDER =
      "(?!<[^>]*>(?![\\s\\S]))(?!\\$\\.)(?!\\{%)(?![\\s\\S]*(?:\\$\\{|\\{\\{))";

  private final int maxLength;
  private final Pattern pattern;
  private final String expectation;

  Limit(int maxLength, String pattern, String expectation) {
    this.maxLength = maxLength;
    this.pattern = Pattern.compile(pattern);
    this.expectation = expectation;
  }

  /// @throws IllegalArgumentException with what is expected
  void check(String value) {
    if (!allows(value)) {
      throw new IllegalArgumentException(expectation);
    }
  }

  /// What is expected, for a refusal.
  String expectation() {
    return expectation;
  }

  boolean allows(String value) {
    return value.codePointCount(0, value.length()) <= maxLength && pattern.matcher(value).matches();
  }
}

package io.github.metadatareset.request;

/// A pattern for whole names, in which `*` matches any characters and `?` matches one, as in an IAM
/// resource. AppFlow allows neither in a name, so a text with one of them is always a pattern.
record Glob(String pattern) {

  boolean hasWildcard() {
    return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
  }

  /// Takes at most (length of the pattern) × (length of the name) steps.
  boolean matches(String name) {
    int p = 0;
    int n = 0;
    int star = -1;
    int starName = 0;
    while (n < name.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        starName = n;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++starName;
      } else {
        return false;
      }
    }
    return pattern.substring(p).chars().allMatch(c -> c == '*');
  }
}

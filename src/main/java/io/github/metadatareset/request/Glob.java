package io.github.metadatareset.request;

/// `*` stands for any characters and `?` for one, over the whole of a name, as in an IAM resource.
/// Neither is legal in the names of AppFlow, so a text with one is a pattern and nothing else.
record Glob(String pattern) {

  boolean hasWildcard() {
    return pattern.indexOf('*') >= 0 || pattern.indexOf('?') >= 0;
  }

  /// Takes at most as many steps as the length of the pattern times that of the name.
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

package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One page of a list and the token of the next page. A token is valid only for the list that it
/// was issued for.
record Page<T>(List<T> items, Optional<String> nextToken) {

  /// The page that the input's `nextToken` asks for. It has `maxResults` items at most, and never
  /// more than `size`.
  ///
  /// @param list identifies the list
  static <T> Page<T> of(List<T> all, String list, int size, JsonMembers input) {
    int from = input.optionalText("nextToken").map(token -> offset(token, list)).orElse(0);
    int to = from + Math.min(size, input.optionalInteger("maxResults").orElse(size));
    return to < all.size()
        ? new Page<>(all.subList(from, to), Optional.of(token(list, to)))
        : new Page<>(all.subList(Math.min(from, all.size()), all.size()), Optional.empty());
  }

  /// The response of a list operation.
  Map<String, Object> response(String member, Object value) {
    Map<String, Object> page = Map.of(member, value);
    return nextToken.map(token -> Map.of(member, value, "nextToken", token)).orElse(page);
  }

  private static String token(String list, int offset) {
    String plain = Integer.toHexString(list.hashCode()) + ":" + offset;
    return Base64.getUrlEncoder().encodeToString(plain.getBytes(UTF_8));
  }

  private static int offset(String token, String list) {
    try {
      String plain = new String(Base64.getUrlDecoder().decode(token), UTF_8);
      int offset = Integer.parseInt(plain.substring(plain.indexOf(':') + 1));
      if (token.equals(token(list, offset))) {
        return offset;
      }
    } catch (IllegalArgumentException _) {
      // Not a token of this class.
    }
    throw AppFlowError.validation("The nextToken is not valid.");
  }
}

package io.github.metadatareset.local;

import io.github.metadatareset.local.SourceApplication.Entity;
import java.util.ArrayList;
import java.util.List;

/// A large tree of entities, the same at every run: a tenth of them at the top, the others three to
/// a parent.
final class GeneratedEntities {
  private static final int CHILDREN = 3;

  private GeneratedEntities() {}

  static void plant(SourceApplication application, int count) {
    int tops = Math.max(1, count / 10);
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String parent = i < tops ? SourceApplication.ROOT : names.get((i - tops) / CHILDREN);
      String name = "Entity%04d".formatted(i);
      application.add(parent, new Entity(name, name, i % 2 == 0 ? "Objects" : "Reports"));
      names.add(name);
    }
  }
}

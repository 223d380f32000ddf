package io.github.metadatareset.local;

import io.github.metadatareset.local.SourceApplication.Entity;
import java.util.ArrayList;
import java.util.List;

/// Generates a large tree of entities, the same in every run. A tenth of the entities are
/// top-level; every other has a parent, and a parent has three children at most.
final class GeneratedEntities {
  private static final int CHILDREN = 3;

  private GeneratedEntities() {}

  static void addTo(SourceApplication application, int count) {
    int topLevel = Math.max(1, count / 10);
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      String parent = i < topLevel ? SourceApplication.ROOT : names.get((i - topLevel) / CHILDREN);
      String name = "Entity%04d".formatted(i);
      application.add(parent, new Entity(name, name, i % 2 == 0 ? "Objects" : "Reports"));
      names.add(name);
    }
  }
}

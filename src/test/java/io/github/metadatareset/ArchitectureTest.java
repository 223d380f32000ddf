package io.github.metadatareset;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Which package may import which. A package is a stage and imports only the stages before it. The
/// base package connects them.
class ArchitectureTest {

  private static final String BASE = "io.github.metadatareset";
  private static final List<String> STAGES =
      Stream.of(
              ".json", ".request", ".queue", ".event", ".plan", ".check", ".aws", ".invocation", "")
          .map(BASE::concat)
          .toList();

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(BASE);

  @ParameterizedTest
  @MethodSource("stages")
  void aStageImportsNoLaterStage(String stage) {
    String[] later =
        STAGES.subList(STAGES.indexOf(stage) + 1, STAGES.size()).toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage(stage)
        .should()
        .dependOnClassesThat(resideInAnyPackage(later))
        .check(CLASSES);
  }

  static List<String> stages() {
    return STAGES.subList(0, STAGES.size() - 1);
  }

  @Test
  void everyPackageIsAStage() {
    classes().should().resideInAnyPackage(STAGES.toArray(String[]::new)).check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.github.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheBasePackageImportsLambda() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.amazonaws..", "org.crac..")
        .check(CLASSES);
  }

  @Test
  void onlyTheAwsPackageImportsTheSdk() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + ".aws")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("software.amazon..")
        .check(CLASSES);
  }

  @Test
  void onlyTheBasePackageReadsTheEnvironment() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE)
        .should()
        .callMethod(System.class, "getenv")
        .orShould()
        .callMethod(System.class, "getenv", String.class)
        .check(CLASSES);
  }

  /// A type is a capitalised name in a code span.
  @Test
  void everyTypeThatTheArchitecturePageNamesExists() throws IOException {
    List<String> named =
        Pattern.compile("`([A-Z][a-z]+[A-Za-z]*)(\\.[A-Z][a-z]+)?`")
            .matcher(Files.readString(Path.of("ARCHITECTURE.md")))
            .results()
            .map(match -> match.group(1))
            .distinct()
            .toList();
    Set<String> sources;
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      sources =
          files.map(file -> file.getFileName().toString()).collect(Collectors.toUnmodifiableSet());
    }

    assertTrue(named.size() > 20, named::toString);
    assertEquals(
        List.of(), named.stream().filter(type -> !sources.contains(type + ".java")).toList());
  }
}

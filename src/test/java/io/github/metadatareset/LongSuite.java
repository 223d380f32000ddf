package io.github.metadatareset;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A suite that takes long: `mvn test` leaves it out, `mvn verify` runs it.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("long")
@ExtendWith(LongSuite.Announcement.class)
public @interface LongSuite {

  /// The tag of suites that repeat the same code for so long that they need the C2 compiler.
  String NEEDS_C2 = "needs-c2";

  /// What the suite is for, in a sentence. It is logged when the suite starts.
  String value();

  /// Prints what a suite is for.
  final class Announcement implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
      Class<?> suite = context.getRequiredTestClass();
      LongSuite annotation = suite.getAnnotation(LongSuite.class);
      // Null for a class within the suite.
      if (annotation != null) {
        System.out.printf("%s: %s%n", suite.getSimpleName(), annotation.value());
      }
    }
  }
}

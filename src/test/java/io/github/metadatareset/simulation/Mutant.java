package io.github.metadatareset.simulation;

import static java.util.stream.Collectors.joining;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The function with a bug: in one of its source files, one piece of code is replaced.
///
/// @param bug a description
/// @param source the path below the base package
/// @param original the code that is replaced; it is in the source exactly once, in any layout
record Mutant(String bug, String source, String original, String replacement) {

  private static final String BASE = "io.github.metadatareset.";
  private static final Path SOURCES = Path.of("src/main/java/io/github/metadatareset");

  @Override
  public String toString() {
    return bug;
  }

  /// Runs the simulation, one seed after the other, until one finds the bug.
  ///
  /// @return how many seeds it took; empty if none found it
  Optional<Integer> foundAfter(long firstSeed, int seeds) {
    try {
      Method violation =
          new Classes(compiled())
              .loadClass(SimulatedFunction.class.getName())
              .getDeclaredMethod("violation", long.class);
      violation.setAccessible(true);
      for (int i = 0; i < seeds; i++) {
        if (finds(violation, firstSeed + i)) {
          checkWithoutBug(firstSeed + i);
          return Optional.of(i + 1);
        }
      }
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(bug, e);
    }
  }

  /// The function without the bug must pass with the same seed.
  private static void checkWithoutBug(long seed) {
    SimulatedFunction.violation(seed)
        .ifPresent(
            violation -> {
              throw new IllegalStateException("this fails without the bug, too: " + violation);
            });
  }

  /// A run that ends with an exception finds the bug, too.
  private static boolean finds(Method violation, long seed) throws IllegalAccessException {
    try {
      return ((Optional<?>) violation.invoke(null, seed)).isPresent();
    } catch (InvocationTargetException e) {
      return true;
    }
  }

  private Map<String, byte[]> compiled() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
        Output output = new Output(files)) {
      boolean success =
          compiler
              .getTask(
                  messages,
                  output,
                  null,
                  List.of("-proc:none", "-classpath", System.getProperty("java.class.path")),
                  null,
                  List.of(new Source(source, mutated())))
              .call();
      if (!success) {
        throw new IllegalStateException(bug + ": " + messages);
      }
      return output.classes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The problem if the source has changed and the code can no longer be replaced.
  Optional<String> outdated() {
    int found = occurrences().size();
    return found == 1
        ? Optional.empty()
        : Optional.of(
            "\"%s\": %s must have this code once, and has it %d times: %s"
                .formatted(bug, source, found, original));
  }

  private String mutated() {
    MatchResult occurrence = occurrences().getFirst();
    String text = text();
    return text.substring(0, occurrence.start()) + replacement + text.substring(occurrence.end());
  }

  private List<MatchResult> occurrences() {
    return inAnyLayout(original).matcher(text()).results().toList();
  }

  private String text() {
    try {
      return Files.readString(SOURCES.resolve(source));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Pattern inAnyLayout(String code) {
    return Pattern.compile(
        Stream.of(code.split("\\s+")).map(Pattern::quote).collect(joining("\\s*")));
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String path, String text) {
      super(URI.create("string:///" + path), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /// Keeps the compiled classes in memory.
  private static final class Output extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

    Output(JavaFileManager files) {
      super(files);
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> bytes = new HashMap<>();
      classes.forEach((name, written) -> bytes.put(name, written.toByteArray()));
      return bytes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("bytes:///" + className), kind) {
        @Override
        public OutputStream openOutputStream() {
          return classes.computeIfAbsent(className, _ -> new ByteArrayOutputStream());
        }
      };
    }
  }

  /// Loads the classes of this project again, with the compiled ones in place of the originals.
  private static final class Classes extends ClassLoader {
    private final Map<String, byte[]> mutated;

    Classes(Map<String, byte[]> mutated) {
      super(Mutant.class.getClassLoader());
      this.mutated = mutated;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(BASE)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? define(name) : loaded;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      byte[] bytes = mutated.containsKey(name) ? mutated.get(name) : original(name);
      return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] original(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}

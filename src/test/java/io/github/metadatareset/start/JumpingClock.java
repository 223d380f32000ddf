package io.github.metadatareset.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicCallSiteDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Loads the function and the SDK again, with a monotonic clock that can jump: their calls of
/// `System.nanoTime` are replaced with calls of [Time#nanoTime].
final class JumpingClock extends ClassLoader {

  private static final String NANO_TIME = "nanoTime";
  private static final ClassDesc SYSTEM = ClassDesc.of("java.lang.System");
  private static final ClassDesc REPLACEMENT =
      ClassDesc.of("io.github.metadatareset.start.JumpingClock$Time");
  private static final MethodTypeDesc TYPE = MethodTypeDesc.of(ConstantDescs.CD_long);
  private static final ConstantDesc SYSTEM_HANDLE = handle(SYSTEM);
  private static final ConstantDesc REPLACEMENT_HANDLE = handle(REPLACEMENT);

  /// The clock of the loaded classes.
  public static final class Time {
    private static volatile long jump;
    private static final AtomicInteger READS = new AtomicInteger();

    private Time() {}

    public static long nanoTime() {
      READS.incrementAndGet();
      return System.nanoTime() + jump;
    }
  }

  JumpingClock() {
    super(JumpingClock.class.getClassLoader());
  }

  static void jump(Duration jump) {
    Time.jump += jump.toNanos();
    Time.READS.set(0);
  }

  /// How often the clock was read since its last jump.
  static int reads() {
    return Time.READS.get();
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null
          ? loaded
          : isTransformed(name) ? transformed(name) : super.loadClass(name, resolve);
    }
  }

  private static boolean isTransformed(String name) {
    return (name.startsWith("io.github.metadatareset.")
            || name.startsWith("software.amazon.awssdk."))
        && !name.startsWith(JumpingClock.class.getName());
  }

  private Class<?> transformed(String name) throws ClassNotFoundException {
    try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      ClassFile classes = ClassFile.of();
      byte[] code =
          classes.transformClass(
              classes.parse(file.readAllBytes()),
              ClassTransform.transformingMethodBodies(JumpingClock::replaceCall));
      return defineClass(name, code, 0, code.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void replaceCall(CodeBuilder code, CodeElement element) {
    switch (element) {
      case InvokeInstruction call
          when call.owner().asSymbol().equals(SYSTEM) && call.name().equalsString(NANO_TIME) ->
          code.invokestatic(REPLACEMENT, NANO_TIME, TYPE);
      case InvokeDynamicInstruction call when call.bootstrapArgs().contains(SYSTEM_HANDLE) ->
          code.invokedynamic(
              DynamicCallSiteDesc.of(
                  call.bootstrapMethod(),
                  call.name().stringValue(),
                  call.typeSymbol(),
                  call.bootstrapArgs().stream()
                      .map(
                          argument ->
                              argument.equals(SYSTEM_HANDLE) ? REPLACEMENT_HANDLE : argument)
                      .toArray(ConstantDesc[]::new)));
      default -> code.with(element);
    }
  }

  private static ConstantDesc handle(ClassDesc owner) {
    return MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.STATIC, owner, NANO_TIME, TYPE);
  }
}

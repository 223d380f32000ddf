package io.github.metadatareset.local;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.local.SourceApplication.Field;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a test that is not in Java can ask of a running [AppFlowEmulator], unsigned, under
/// `/_emulator/`:
///
/// - `GET calls`: a JSON array of every call, as `operation`, `input`, `status` and, if it was
///   refused, `errorCode`.
/// - `POST forget`: forgets the calls.
/// - `POST fault`: `{"fault": "error", "operation": "DescribeFlow", "next": 3, "status": 429,
///   "code": "ThrottlingException"}`. `fault` is `error`, `latency` (with `millis`), `rateLimit`
///   (with `perSecond`), `html`, `garbageBody`, `emptyBody`, `withoutRequestId`, `cutBody`,
///   `garbageStatusLine`, `connectionReset` or `stall`; without `operation` it is every
///   operation's, without `next` it lasts until `{"fault": "clear"}`.
/// - `POST source`: `{"change": "addField", "in": "crm-prod", "entity": "Account", "field":
///   "Region__c"}`. `change` is `addEntity` (`parent` is optional), `removeEntity`, `addField`
///   (`type` is optional) or `removeField`; `in` is a profile, or a type that has none.
///
/// What it does not understand it answers with 400 and the reason.
final class EmulatorControl {
  static final String PATH = "/_emulator/";

  private final AppFlowEmulator emulator;

  EmulatorControl(AppFlowEmulator emulator) {
    this.emulator = emulator;
  }

  Reply reply(String method, String command, byte[] body) throws IOException {
    try {
      return switch (method + " " + command) {
        case "GET calls" ->
            Reply.json(emulator.calls().stream().map(EmulatorControl::call).toList());
        case "POST forget" -> done(emulator::forgetCalls);
        case "POST fault" -> {
          var order = new JsonMembers(JSON.std.mapFrom(body));
          yield done(() -> fault(order));
        }
        case "POST source" -> {
          var order = new JsonMembers(JSON.std.mapFrom(body));
          yield done(() -> change(order));
        }
        default ->
            throw new IllegalArgumentException("there is no " + method + " " + PATH + command);
      };
    } catch (IOException | IllegalArgumentException | ClassCastException misunderstood) {
      return Reply.error(400, "NotUnderstood", String.valueOf(misunderstood.getMessage()));
    }
  }

  private static Reply done(Runnable order) {
    order.run();
    return Reply.ok(Map.of());
  }

  private static Map<String, Object> call(AppFlowEmulator.Call call) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("operation", call.operation());
    json.put("input", call.input());
    json.put("status", call.status());
    call.errorCode().ifPresent(code -> json.put("errorCode", code));
    return json;
  }

  private void fault(JsonMembers order) {
    String operation = order.optionalText("operation").orElse(Faults.EVERY_OPERATION);
    switch (order.text("fault")) {
      case "clear" -> emulator.faults().clear();
      case "rateLimit" -> emulator.faults().rateLimit(operation, order.whole("perSecond"));
      default -> {
        Fault fault = named(order);
        order
            .optionalWhole("next")
            .ifPresentOrElse(
                next -> emulator.faults().next(next, operation, fault),
                () -> emulator.faults().always(operation, fault));
      }
    }
  }

  private static Fault named(JsonMembers order) {
    String name = order.text("fault");
    return switch (name) {
      case "error" -> Fault.error(order.whole("status"), order.text("code"));
      case "latency" -> Fault.latency(Duration.ofMillis(order.whole("millis")));
      case "html" -> Fault.html();
      case "garbageBody" -> Fault.garbageBody();
      case "emptyBody" -> Fault.emptyBody();
      case "withoutRequestId" -> Fault.withoutRequestId();
      case "cutBody" -> Fault.cutBody();
      case "garbageStatusLine" -> Fault.garbageStatusLine();
      case "connectionReset" -> Fault.connectionReset();
      case "stall" -> Fault.stall();
      default -> throw new IllegalArgumentException("there is no fault " + name);
    };
  }

  private void change(JsonMembers order) {
    SourceApplication source = emulator.account().behind(order.text("in"));
    String entity = order.text("entity");
    String change = order.text("change");
    switch (change) {
      case "addEntity" ->
          source.add(
              order.optionalText("parent").orElse(SourceApplication.ROOT),
              SourceApplication.Entity.of(entity));
      case "removeEntity" -> source.remove(entity);
      case "addField" ->
          source.addField(
              entity, Field.of(order.text("field"), order.optionalText("type").orElse("string")));
      case "removeField" -> source.removeField(entity, order.text("field"));
      default -> throw new IllegalArgumentException("there is no change " + change);
    }
  }
}

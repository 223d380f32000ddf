package io.github.metadatareset.local;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.local.SourceApplication.Field;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Lets another process control a running [AppFlowEmulator]. It serves these requests under
/// `/_emulator/`, unsigned:
///
/// - `GET calls`: a JSON array of all calls, each with `operation`, `input`, `status` and, after an
///   error, `errorCode`.
/// - `POST forget`: clears the recorded calls.
/// - `POST fault`: `{"fault": "error", "operation": "DescribeFlow", "next": 12, "status": 429,
///   "code": "ThrottlingException"}`. `fault` is `error`, `latency` (with `millis`), `rateLimit`
///   (with `perSecond`), `html`, `garbageBody`, `emptyBody`, `withoutRequestId`, `cutBody`,
///   `garbageStatusLine`, `connectionReset` or `stall`. Without `operation` it applies to all
///   operations; without `next` it lasts until `{"fault": "clear"}`; with `entity` it applies only
///   to calls about that entity. A rate limit has no `entity`.
/// - `POST source`: `{"change": "addField", "in": "crm-prod", "entity": "Account", "field":
///   "Region__c"}`. `change` is `addEntity` (`parent` is optional), `removeEntity`, `addField`
///   (`type` is optional) or `removeField`; `in` is a profile, or a connector type without
///   profiles.
/// - `POST connection`: `{"profile": "crm-prod", "isAuthorized": false}`.
///
/// An invalid request gets status 400 and the reason.
final class EmulatorControl {
  static final String PATH = "/_emulator/";

  /// The answer to `GET /`.
  static final String HELP =
      """
      An emulator of the operations of Amazon AppFlow that concern the metadata cache. It repeats
      what it once answered about an entity, until a reset names it. Calls must be signed, with any
      credentials:

      export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
      aws --endpoint-url %1$s appflow describe-connector-entity \\
        --connector-profile-name crm-prod --connector-entity-name Account

      To change the source application (also addEntity, removeEntity, removeField):
      curl %1$s/_emulator/source -d \\
        '{"change": "addField", "in": "crm-prod", "entity": "Account", "field": "Region__c"}'

      To make the source application refuse a connection:
      curl %1$s/_emulator/connection -d '{"profile": "crm-prod", "isAuthorized": false}'

      To throttle twelve attempts of resets (a message returns to its queue after three):
      curl %1$s/_emulator/fault -d '{"fault": "error", "operation": "ResetConnectorMetadataCache",
        "next": 12, "status": 429, "code": "ThrottlingException"}'
      To limit the rate of every operation, and to end all faults:
      curl %1$s/_emulator/fault -d '{"fault": "rateLimit", "perSecond": 5}'
      curl %1$s/_emulator/fault -d '{"fault": "clear"}'

      To list the calls that arrived, and to forget them:
      curl %1$s/_emulator/calls
      curl -X POST %1$s/_emulator/forget
      """;

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
          var request = new JsonMembers(JSON.std.mapFrom(body));
          yield done(() -> fault(request));
        }
        case "POST source" -> {
          var request = new JsonMembers(JSON.std.mapFrom(body));
          yield done(() -> change(request));
        }
        case "POST connection" -> {
          var request = new JsonMembers(JSON.std.mapFrom(body));
          yield done(() -> connection(request));
        }
        default ->
            throw new IllegalArgumentException("unknown request " + method + " " + PATH + command);
      };
    } catch (IOException | IllegalArgumentException | ClassCastException invalid) {
      return Reply.error(400, "InvalidRequest", String.valueOf(invalid.getMessage()));
    }
  }

  private static Reply done(Runnable request) {
    request.run();
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

  private void fault(JsonMembers request) {
    String operation = request.optionalText("operation").orElse(Faults.EVERY_OPERATION);
    switch (request.text("fault")) {
      case "clear" -> emulator.faults().clear();
      case "rateLimit" -> emulator.faults().rateLimit(operation, request.integer("perSecond"));
      default -> {
        Fault fault = named(request);
        Optional<String> entity = request.optionalText("entity");
        Predicate<Map<String, Object>> isAboutIt =
            input -> entity.isEmpty() || entity.get().equals(input.get("connectorEntityName"));
        request
            .optionalInteger("next")
            .ifPresentOrElse(
                next -> emulator.faults().next(next, operation, fault, isAboutIt),
                () -> emulator.faults().always(operation, fault, isAboutIt));
      }
    }
  }

  private static Fault named(JsonMembers request) {
    String name = request.text("fault");
    return switch (name) {
      case "error" -> Fault.error(request.integer("status"), request.text("code"));
      case "latency" -> Fault.latency(Duration.ofMillis(request.integer("millis")));
      case "html" -> Fault.html();
      case "garbageBody" -> Fault.garbageBody();
      case "emptyBody" -> Fault.emptyBody();
      case "withoutRequestId" -> Fault.withoutRequestId();
      case "cutBody" -> Fault.cutBody();
      case "garbageStatusLine" -> Fault.garbageStatusLine();
      case "connectionReset" -> Fault.connectionReset();
      case "stall" -> Fault.stall();
      default -> throw new IllegalArgumentException("unknown fault " + name);
    };
  }

  private void connection(JsonMembers request) {
    String profile = request.text("profile");
    if (request.isFalse("isAuthorized")) {
      emulator.account().revoke(profile);
    } else {
      emulator.account().authorize(profile);
    }
  }

  private void change(JsonMembers request) {
    SourceApplication source = emulator.account().application(request.text("in"));
    String entity = request.text("entity");
    String change = request.text("change");
    switch (change) {
      case "addEntity" ->
          source.add(
              request.optionalText("parent").orElse(SourceApplication.ROOT),
              SourceApplication.Entity.of(entity));
      case "removeEntity" -> source.remove(entity);
      case "addField" ->
          source.addField(
              entity,
              Field.of(request.text("field"), request.optionalText("type").orElse("string")));
      case "removeField" -> source.removeField(entity, request.text("field"));
      default -> throw new IllegalArgumentException("unknown change " + change);
    }
  }
}

using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Juspay;

/// <summary>Refusals in Juspay's words, where its documents give them.</summary>
internal static class JuspayErrors
{
    public static FaultResponses Faults { get; } = new(
        Simple(500, "error", "INTERNAL_SERVER_ERROR", "Internal Server Error"),
        Simple(429, "error", "RATE_LIMIT_EXCEEDED", "Too many requests") with { RetryAfter = 1 });

    public static SimulatedResponse NotAuthenticated { get; } = Simple(
        401, "error", "access_denied", "Invalid Authentication");

    public static SimulatedResponse NoSuchUrl { get; } = Simple(
        404, "error", "not_found", "The requested resource was not found.");

    /// <summary>An order that does not exist; its status has an id like any other.</summary>
    public static SimulatedResponse NoSuchOrder(
        string orderId) => new(404, JsonBytes.Write(orderId, static (json, id) =>
    {
        json.WriteStartObject();
        json.WriteString("status", "NOT_FOUND");
        json.WriteNumber("status_id", 40);
        json.WriteString("order_id", id);
        json.WriteEndObject();
    }));

    /// <summary>A refund under a name that was used before, or too soon after one of the same amount.</summary>
    public static SimulatedResponse Duplicate(
        string message) => new(400, JsonBytes.Write(message, static (json, text) =>
    {
        json.WriteStartObject();
        json.WriteNumber("status_id", -1);
        json.WriteString("status", "ERROR");
        json.WriteString("error_code", "duplicate.call");
        json.WriteString("error_message", text);
        json.WriteEndObject();
    }));

    /// <summary>Fields that must be there and are not.</summary>
    public static SimulatedResponse Missing(string field) =>
        Invalid(field, "Missing field or Invalid Value", "Mandatory fields are missing");

    /// <summary>A field that cannot be accepted.</summary>
    public static SimulatedResponse Invalid(
        string field, string reason, string message = "Bad Request.") => new(400, JsonBytes.Write(
        (field, reason, message), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteString("status", "Bad Request");
            json.WriteString("error_code", "INVALID_REQUEST");
            json.WriteString("error_message", error.message);
            json.WriteStartObject("error_info");
            json.WriteString("code", "INVALID_INPUT");
            json.WriteString("category", "USER_ERROR");
            json.WriteString("user_message", "Invalid input data");
            json.WriteString("developer_message", "Invalid input data");
            json.WriteStartArray("fields");
            json.WriteStartObject();
            json.WriteString("field_name", error.field);
            json.WriteString("reason", error.reason);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }));

    /// <summary>A request that the present state does not allow.</summary>
    /// <param name="info">One of the codes of "Juspay API Error Codes".</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="code">The older code beside it.</param>
    public static SimulatedResponse Refused(
        string info, string message, string code = "Invalid") => new(400, JsonBytes.Write(
        (info, message, code), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteString("status", "Bad Request");
            json.WriteString("error_code", error.code);
            json.WriteString("error_message", error.message);
            json.WriteStartObject("error_info");
            json.WriteString("code", error.info);
            json.WriteString("category", error.info == "GATEWAY_NOT_FOUND" ? "CONFIG_ERROR" : "USER_ERROR");
            json.WriteString("user_message", "Invalid request params. Please verify your input.");
            json.WriteString("developer_message", error.message);
            json.WriteEndObject();
            json.WriteEndObject();
        }));

    /// <summary>The short form.</summary>
    public static SimulatedResponse Simple(
        int status, string word, string code, string message) => new(status, JsonBytes.Write(
        (word, code, message), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteString("status", error.word);
            json.WriteString("error_code", error.code);
            json.WriteString("error_message", error.message);
            json.WriteEndObject();
        }));
}

using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Refusals in Razorpay's words, where its documents give them.</summary>
internal static class RazorpayErrors
{
    public static FaultResponses Faults { get; } = new(
        Error(500, "SERVER_ERROR", "We are facing some trouble completing your request at the moment."),
        Error(429, "BAD_REQUEST_ERROR", "Request failed. Please try after sometime.") with { RetryAfter = 1 });

    public static SimulatedResponse NotAuthenticated { get; } = Error(
        401, "BAD_REQUEST_ERROR", "Authentication failed");

    public static SimulatedResponse NoSuchUrl { get; } =
        Error(400, "BAD_REQUEST_ERROR", "The requested URL was not found on the server.");

    public static SimulatedResponse NoSuchId { get; } = Invalid("The id provided does not exist", null);

    public static SimulatedResponse NotAnId(string id) => Invalid($"{id} is not a valid id", null);

    /// <summary>Input that cannot be accepted, and the field at fault.</summary>
    public static SimulatedResponse Invalid(
        string description, string? field) => new(400, JsonBytes.Write((description, field),
        static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("code", "BAD_REQUEST_ERROR");
            json.WriteString("description", error.description);
            json.WriteString("source", "business");
            json.WriteString("step", "payment_initiation");
            json.WriteString("reason", "input_validation_failed");
            json.WriteStartObject("metadata");
            json.WriteEndObject();
            if (error.field is not null)
            {
                json.WriteString("field", error.field);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }));

    /// <summary>An error that no field is to blame for.</summary>
    public static SimulatedResponse Error(int status, string code, string description) => new(status, JsonBytes.Write(
        (code, description), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("code", error.code);
            json.WriteString("description", error.description);
            json.WriteString("source", "NA");
            json.WriteString("step", "NA");
            json.WriteString("reason", "NA");
            json.WriteStartObject("metadata");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }));
}

using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>Refusals: the documented reason codes with their HTTP status; the messages are the simulator's
/// own.</summary>
internal static class AmazonPayErrors
{
    public static FaultResponses Faults { get; } = new(
        Of(500, "InternalServerError", "An unexpected error occurred."),
        Of(429, "TooManyRequests", "Too many requests were sent in a short time.") with { RetryAfter = 1 });

    public static SimulatedResponse NoSuchUrl { get; } = Of(
        404, "ResourceNotFound", "The requested address does not exist.");

    public static SimulatedResponse NoSuchObject { get; } = Of(
        404, "ResourceNotFound", "The requested object does not exist.");

    public static SimulatedResponse Unauthorized { get; } =
        Of(401, "UnauthorizedAccess", "The public key is unknown, or of another region.");

    public static SimulatedResponse BadSignature { get; } = Of(
        403, "InvalidRequestSignature", "The signature in the request does not match the public key and the request.");

    public static SimulatedResponse NoJson { get; } =
        Of(400, "InvalidRequestFormat", "The request body is not a JSON object.");

    public static SimulatedResponse KeyReused { get; } = Of(
        400, "DuplicateIdempotencyKey", "Another request was made with this idempotency key.");

    public static SimulatedResponse Invalid(string field) =>
        Of(400, "InvalidParameterValue", $"The value provided for '{field}' is invalid.");

    public static SimulatedResponse Missing(string field) =>
        Of(400, "MissingParameterValue", $"The value for '{field}' is missing.");

    public static SimulatedResponse Unrecognized(string field) =>
        Of(400, "UnrecognizedField", $"The field '{field}' is invalid for this API.");

    public static SimulatedResponse WrongState(string what, string state) => Of(
        422, $"Invalid{what}Status", $"The operation cannot be called on an object in the state {state}.");

    public static SimulatedResponse Of(int status, string reasonCode, string message) => SimulatedResponse.Json(
        status, (reasonCode, message), static (json, error) =>
        {
            json.WriteStartObject();
            json.WriteString("reasonCode", error.reasonCode);
            json.WriteString("message", error.message);
            json.WriteEndObject();
        });
}

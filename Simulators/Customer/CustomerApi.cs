using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace PaymentCluster.Simulators.Customer;

/// <summary>What a customer does with a payment.</summary>
internal enum CustomerDecision
{
    Approve,
    Decline,
}

/// <summary>What became of a customer's decision.</summary>
internal enum DecisionOutcome
{
    Taken,
    NoSuchPayment,
    AlreadyDecided,
}

/// <summary>The automatic customer as it is now: changed by <c>PUT /_customer</c>, not kept over a restart.</summary>
internal sealed class CustomerSettings(IOptions<CustomerOptions> options)
{
    public bool Automatic { get; set; } = options.Value.Automatic;

    public TimeSpan ApprovalDelay { get; set; } = options.Value.ApprovalDelay;
}

/// <summary>The body of <c>PUT /_customer</c>; what is left out stays as it is.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CustomerChange(
    [property: JsonPropertyName("automatic")] bool? Automatic,
    [property: JsonPropertyName("approval_delay_ms")] int? ApprovalDelayMs);

/// <summary>The body of <c>POST /_customer/{provider}/{payment}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CustomerAction([property: JsonPropertyName("action")] string? Action);

/// <summary>Lets a test be the customer.</summary>
internal static class CustomerApi
{
    public static void AddCustomer(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<CustomerOptions>(configuration.GetSection(CustomerOptions.Section));
        services.AddSingleton<CustomerSettings>();
    }

    public static void MapCustomer(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_customer", Describe);
        routes.MapPut("/_customer", (CustomerChange change, CustomerSettings settings) =>
        {
            if (change.ApprovalDelayMs < 0)
            {
                return Results.BadRequest(new { error = "approval_delay_ms must not be negative" });
            }

            settings.Automatic = change.Automatic ?? settings.Automatic;
            if (change.ApprovalDelayMs is { } milliseconds)
            {
                settings.ApprovalDelay = TimeSpan.FromMilliseconds(milliseconds);
            }

            return Describe(settings);
        });
        routes.MapPost("/_customer/{provider}/{payment}", DecideAsync);
    }

    private static IResult Describe(CustomerSettings settings) => Results.Ok(new
    {
        automatic = settings.Automatic,
        approval_delay_ms = (long)settings.ApprovalDelay.TotalMilliseconds,
    });

    private static async Task<IResult> DecideAsync(
        string provider, string payment, CustomerAction body, IEnumerable<IProvider> providers)
    {
        CustomerDecision? decision = body.Action switch
        {
            "approve" => CustomerDecision.Approve,
            "decline" => CustomerDecision.Decline,
            _ => null,
        };
        if (decision is null)
        {
            return Results.BadRequest(new { error = "action must be approve or decline" });
        }

        if (providers.FirstOrDefault(candidate => candidate.Name == provider) is not { } found)
        {
            return Results.NotFound(new { error = "no such provider" });
        }

        return await found.DecideAsync(payment, decision.Value) switch
        {
            DecisionOutcome.Taken => Results.Ok(new { payment, action = body.Action }),
            DecisionOutcome.NoSuchPayment => Results.NotFound(new { error = "no such payment" }),
            DecisionOutcome.AlreadyDecided => Results.Conflict(new { error = "the payment is decided already" }),
        };
    }
}

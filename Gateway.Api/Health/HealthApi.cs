using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions.Health;

namespace PaymentCluster.Gateway.Api.Health;

/// <summary>Health.</summary>
public sealed record HealthResponse
{
    /// <summary><c>ok</c>.</summary>
    public required string Status { get; init; }
}

/// <summary>Whether this process is running, and whether it can accept payments.</summary>
internal sealed class HealthApi(IGrainFactory grains, TimeProvider time)
{
    private const string Tag = "Health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly ApiOperation LiveOperation = new()
    {
        Id = "isLive",
        Tag = Tag,
        Summary = "Whether the process is running.",
        Responses = [new(200, "It is.", typeof(HealthResponse))],
    };

    private static readonly ApiOperation ReadyOperation = new()
    {
        Id = "isReady",
        Tag = Tag,
        Summary = "Whether payments can be accepted.",
        Responses = [new(200, "They can.", typeof(HealthResponse))],
        Errors = [ErrorCode.Unavailable],
    };

    public void Map(IEndpointRouteBuilder root)
    {
        var health = root.MapGroup("/health").RequireAccess(AccessRule.Anybody);
        health.MapGet("/live", LiveAsync, LiveOperation);
        health.MapGet("/ready", ReadyAsync, ReadyOperation);
    }

    private static Task LiveAsync(HttpContext http) => WriteOkAsync(http);

    private async Task ReadyAsync(HttpContext http)
    {
        string? reason;
        try
        {
            reason = await grains.GetGrain<IHealthGrain>("gateway").Check()
                .WaitAsync(Patience, time, http.RequestAborted);
        }
        catch (TimeoutException)
        {
            reason = "No silo answered in time.";
        }

        await (reason is null ? WriteOkAsync(http) : Problem.WriteAsync(http, ErrorCode.Unavailable, reason));
    }

    private static Task WriteOkAsync(HttpContext http) =>
        JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, new HealthResponse { Status = "ok" }, GatewayJson.Default.HealthResponse);
}

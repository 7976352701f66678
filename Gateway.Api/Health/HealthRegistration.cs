using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Management;
using PaymentCluster.Gateway.Api.OpenApi;

namespace PaymentCluster.Gateway.Api.Health;

/// <summary>Health.</summary>
public sealed record HealthResponse
{
    /// <summary><c>ok</c>.</summary>
    public required string Status { get; init; }
}

/// <summary>Whether this process is running, and whether it can accept payments.</summary>
internal static class HealthRegistration
{
    private const string Tag = "Health";

    private static readonly ApiOperation Live = new()
    {
        Id = "isLive",
        Tag = Tag,
        Summary = "Whether the process is running.",
        Responses = [new(200, "It is.", typeof(HealthResponse))],
    };

    private static readonly ApiOperation Ready = new()
    {
        Id = "isReady",
        Tag = Tag,
        Summary = "Whether payments can be accepted.",
        Responses = [new(200, "They can.", typeof(HealthResponse))],
        Errors = [ErrorCode.Unavailable],
    };

    public static void AddHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck<SiloHealthCheck>("silo");
        // The response says what is wrong; a line for each probe says no more.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
    }

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.Map("/health/live", Live, _ => false);
        routes.Map("/health/ready", Ready, _ => true);
    }

    private static void Map(
        this IEndpointRouteBuilder routes,
        string pattern,
        ApiOperation operation,
        Func<HealthCheckRegistration, bool> checks)
    {
        var options = new HealthCheckOptions { Predicate = checks, ResponseWriter = WriteAsync };
        routes.MapHealthChecks(pattern, options).WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .Describe(operation, WriteAsync).AllowAnonymous().OnEveryPort();
    }

    private static Task WriteAsync(HttpContext http, HealthReport report)
    {
        if (report.Status == HealthStatus.Healthy)
        {
            var response = new HealthResponse { Status = "ok" };
            return JsonResponse.WriteAsync(http, StatusCodes.Status200OK, response, GatewayJson.Default.HealthResponse);
        }

        var reasons = report.Entries.Values.Select(entry => entry.Description).OfType<string>();
        return Problem.WriteAsync(http, ErrorCode.Unavailable, string.Join(' ', reasons));
    }
}

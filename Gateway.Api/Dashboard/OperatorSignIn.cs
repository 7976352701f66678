using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Limits;

namespace PaymentCluster.Gateway.Api.Dashboard;

/// <summary>
/// Lets an operator's browser in: any name, and the administrator's key as the password. Not "from loopback", which a
/// proxy on the same machine would make of everybody.
/// </summary>
internal static class OperatorSignIn
{
    public static ValueTask<object?> RequireAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var failures = http.RequestServices.GetRequiredService<FailedKeys>();
        if (!failures.MayTry(http))
            return ValueTask.FromResult<object?>(Results.StatusCode(StatusCodes.Status429TooManyRequests));
        if (Password(http.Request) is { } password)
        {
            if (IsAdministrator(http.RequestServices.GetRequiredService<GatewayOptions>(), password))
                return next(context);
            failures.Count(http);
        }

        http.Response.Headers.WWWAuthenticate = "Basic realm=\"operators\", charset=\"UTF-8\"";
        return ValueTask.FromResult<object?>(
            Results.Text("Any name, and the administrator's key.", statusCode: StatusCodes.Status401Unauthorized));
    }

    private static bool IsAdministrator(GatewayOptions options, string password) =>
        options.AdminKeyHash is { } expected
        && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(KeyHash.Of(password).ToString()), Encoding.ASCII.GetBytes(expected));

    private static string? Password(HttpRequest request)
    {
        Span<byte> bytes = stackalloc byte[512];
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !"Basic".Equals(header.Scheme, StringComparison.OrdinalIgnoreCase)
            || !Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length))
        {
            return null;
        }

        var pair = Encoding.UTF8.GetString(bytes[..length]);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : pair[(colon + 1)..];
    }
}

using System.Globalization;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>Versions as entity tags (RFC 9110, section 13.1.1).</summary>
internal static class IfMatch
{
    /// <summary>The tag of a version.</summary>
    public static string TagOf(int version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>The version that a caller read; null if any will do. A weak validator never matches, so it is
    /// refused.</summary>
    public static int? Read(HttpContext http, InputErrors errors)
    {
        var header = http.Request.Headers.IfMatch;
        if (header.Count == 0 || header is ["*"])
        {
            return null;
        }

        if (header is [['"', .. var tag, '"']]
            && int.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return version;
        }

        errors.Add(ErrorCode.InvalidField, "If-Match", "must be an ETag that this URL returned, such as \"3\"");
        return null;
    }
}

using Microsoft.Net.Http.Headers;
using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Queries;

/// <summary>The versions that a caller already has, as entity tags (RFC 9110, section 13.1.2).</summary>
internal readonly struct IfNoneMatch
{
    private readonly IList<EntityTagHeaderValue>? _tags;

    private IfNoneMatch(IList<EntityTagHeaderValue> tags) => _tags = tags;

    /// <summary>Whether the request has the header.</summary>
    public bool IsGiven => _tags is not null;

    /// <summary>Reads the header.</summary>
    public static IfNoneMatch Read(HttpContext http, InputErrors errors)
    {
        var header = http.Request.Headers.IfNoneMatch;
        if (header.Count == 0)
        {
            return default;
        }

        if (EntityTagHeaderValue.TryParseStrictList(header!, out var tags))
        {
            return new IfNoneMatch(tags);
        }

        errors.Add(
            ErrorCode.InvalidField, "If-None-Match", "must be an ETag that was read, such as \"3\", or a list of them");
        return default;
    }

    /// <summary>Whether the caller has this version.</summary>
    public bool Has(int version)
    {
        if (_tags is null)
        {
            return false;
        }

        var current = new EntityTagHeaderValue(IfMatch.TagOf(version));
        return _tags.Any(tag =>
            tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false));
    }
}

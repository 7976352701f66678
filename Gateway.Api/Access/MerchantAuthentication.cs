using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using PaymentCluster.Gateway.Api.Limits;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Merchants' secret and publishable keys, and payers' client secrets, as bearer tokens.</summary>
internal sealed class MerchantAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    FailedAuthThrottle throttle,
    ApiKeys keys,
    ClientSecrets clientSecrets) : CallerAuthentication(options, loggers, encoder, throttle)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Merchant";

    /// <summary>The query parameter of a ticket.</summary>
    public const string TicketParameter = "ticket";

    private const int MaxTicketLength = 256;

    // A ticket as a bearer token, and anything else as a ticket: of no form that opens anything.
    private const string Refused = "-";

    private readonly FailedAuthThrottle _throttle = throttle;

    // A page's image and event stream have no headers of their own: there a ticket in the URL opens what it is for.
    protected override string? ReadCredential() =>
        ReadBearer() is { } bearer ? (ClientSecrets.IsTicket(bearer) ? Refused : bearer)
            : IsForTickets && Request.Query[TicketParameter] is [{ Length: > 0 and <= MaxTicketLength } ticket]
                ? (ClientSecrets.IsTicket(ticket) ? ticket : Refused)
            : null;

    protected override async ValueTask<Verification> VerifyAsync(string credential)
    {
        if (ClientSecrets.IsTicket(credential))
        {
            return new Verification(
                await clientSecrets.OpenTicketAsync(credential) is { } seen ? Caller.Of(seen) : null);
        }

        if (ClientSecrets.HasForm(credential))
        {
            return new Verification(
                await clientSecrets.OpenAsync(credential) is { } access ? Caller.Of(access) : null);
        }

        if (!ApiKeys.HasForm(credential))
        {
            return default;
        }

        var hash = KeyHash.Of(credential);
        if (keys.WasGood(hash))
        {
            return Verify(hash, await keys.ResolveAsync(hash));
        }

        using var turn = await _throttle.EnterLookupAsync(Context);
        return Verify(hash, await keys.ResolveAsync(hash));
    }

    protected override bool IsPayers(string credential) =>
        ClientSecrets.HasForm(credential) || ClientSecrets.IsTicket(credential);

    protected override string? RefusalOf(string credential) =>
        ClientSecrets.HasForm(credential) ? "The client secret is invalid or has expired."
            : ClientSecrets.IsTicket(credential) ? "The ticket is invalid or has expired."
            : null;

    private bool IsForTickets =>
        Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy == AccessPolicies.Viewer;

    private Verification Verify(KeyHash hash, ApiKey? key)
    {
        if (key is null)
        {
            return default;
        }

        var verification = keys.Verify(hash, key, ClientNetwork.AddressOf(Context));
        if (verification.Refusal == ErrorCode.NetworkNotAllowed)
        {
            _throttle.ReportElsewhere(Context, key.Grant.KeyId);
        }

        return verification;
    }
}

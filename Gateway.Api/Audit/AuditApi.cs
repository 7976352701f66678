using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.Audit;

/// <summary>Who changed what: a merchant reads its own trail, the administrator each merchant's and the
/// installation's.</summary>
internal sealed class AuditApi(IGrainFactory grains)
{
    private const string Tag = "Audit";
    private const int DefaultLimit = 20;
    private const int MaxIdLength = 64;
    private const int MaxCursorLength = 64;

    private static readonly QueryParameter Limit =
        new() { Name = "limit", Meaning = "The maximum number of changes; 20 if it is left out.", Bounds = (1, 100) };

    private static readonly QueryParameter[] Parameters =
    [
        new() { Name = "action", Meaning = "Only changes of this kind.", Choices = AuditMapping.Actions.All },
        new() { Name = "actor", Meaning = "Only changes that this key made." },
        new() { Name = "subject", Meaning = "Only changes of this key, provider, customer or payment." },
        new() { Name = "from", Meaning = "Only changes at or after this time.", IsTime = true },
        new() { Name = "to", Meaning = "Only changes before this time.", IsTime = true },
        Limit,
        new() { Name = "cursor", Meaning = "The next_cursor of the previous page." },
    ];

    public void Map(IEndpointRouteBuilder api)
    {
        Map(api.MapGroup("/audit").RequireAuthorization(AccessPolicies.Secret), "", "a merchant's own changes");
        Map(
            api.MapGroup("/merchants/{id}/audit").RequireAuthorization(AccessPolicies.Admin),
            "OfMerchant",
            "the changes of what belongs to a merchant");
        Map(
            api.MapGroup("/vault/audit").RequireAuthorization(AccessPolicies.Admin),
            "OfVault",
            "the changes of the vault's keys");
    }

    private void Map(IEndpointRouteBuilder trail, string suffix, string whose)
    {
        trail.MapGet("", ListAsync, new ApiOperation
        {
            Id = $"listChanges{suffix}",
            Tag = Tag,
            Summary = $"List {whose}: who, what, when, and from which address.",
            Query = [.. Parameters],
            Responses = [new(200, "The changes, the latest first.", typeof(AuditListResponse))],
            Errors = [ErrorCode.InvalidField, ErrorCode.CursorInvalid, ErrorCode.MerchantNotFound],
        });
        trail.MapGet("/verification", VerifyAsync, new ApiOperation
        {
            Id = $"verifyChanges{suffix}",
            Tag = Tag,
            Summary = $"Compute the chain of hashes of {whose} again.",
            Responses = [new(200, "Whether it is whole, or the first broken link.", typeof(AuditVerificationResponse))],
            Errors = [ErrorCode.MerchantNotFound],
        });
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = Read(http);
        var page = await (await TrailAsync(http)).List(query);
        await JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, AuditMapping.ToResponse(page), GatewayJson.Default.AuditListResponse);
    }

    private async Task VerifyAsync(HttpContext http)
    {
        var verification = await (await TrailAsync(http)).Verify();
        await JsonResponse.WriteAsync(
            http,
            StatusCodes.Status200OK,
            AuditMapping.ToResponse(verification),
            GatewayJson.Default.AuditVerificationResponse);
    }

    private async Task<IAuditGrain> TrailAsync(HttpContext http)
    {
        var caller = Caller.From(http);
        var id = (string?)http.Request.RouteValues["id"];
        return grains.Grain<IAuditGrain>(
            !caller.IsAdministrator ? caller.Merchant
            : id is null ? IAuditGrain.Installation
            : MerchantNames.IsMerchant(id) && await grains.Grain<IMerchantGrain>(id).Get() is not null ? id
            : throw new ProblemException(ErrorCode.MerchantNotFound, ErrorCode.MerchantNotFound.Entry().Meaning));
    }

    private static AuditQuery Read(HttpContext http)
    {
        var errors = new InputErrors();
        var query = new AuditQuery
        {
            Action = QueryReader.Word(http, "action", AuditMapping.Actions, errors),
            Actor = QueryReader.Text(http, "actor", MaxIdLength, errors),
            Subject = QueryReader.Text(http, "subject", MaxIdLength, errors),
            From = QueryReader.Time(http, "from", errors),
            To = QueryReader.Time(http, "to", errors),
            Before = ReadCursor(http, errors),
            Limit = QueryReader.Integer(http, Limit, DefaultLimit, errors),
        };
        return errors.Any ? throw new ProblemException(errors) : query;
    }

    private static long? ReadCursor(HttpContext http, InputErrors errors)
    {
        if (!http.Request.Query.ContainsKey("cursor"))
        {
            return null;
        }

        if (QueryReader.Text(http, "cursor", MaxCursorLength, new InputErrors()) is { } text
            && AuditCursor.TryRead(text, out var last))
        {
            return last;
        }

        errors.Add(ErrorCode.CursorInvalid, "cursor", "must be the next_cursor of a page of this list");
        return null;
    }
}

using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Vault;

namespace PaymentCluster.Gateway.Api.Vault;

/// <summary>The vault's state, without any card number.</summary>
public sealed record VaultResponse
{
    /// <summary>The number of cards.</summary>
    public required long Cards { get; init; }

    /// <summary>The number of cards that are not yet encrypted with the newest data key.</summary>
    public required long OutdatedCards { get; init; }

    /// <summary>The number of keys.</summary>
    public required long Keys { get; init; }

    /// <summary>The number of keys that are not yet wrapped by the current master key.</summary>
    public required long OutdatedKeys { get; init; }

    /// <summary>The name of the current master key.</summary>
    public required string MasterKey { get; init; }
}

/// <summary>The vault's keys, for the administrator.</summary>
internal sealed class VaultApi(IGrainFactory grains, RequestBodies bodies)
{
    private const string Tag = "Vault";

    private static readonly Field<bool> NewKeys = Field.Flag(
        "new_keys",
        "Whether each merchant gets a new data key first; false if it is left out: continue a rotation that was begun.")
        .Or(false);

    private static readonly BodyShape Rotate = new("RotateVaultRequest", NewKeys);

    private static readonly ApiOperation GetOperation = new()
    {
        Id = "getVault",
        Tag = Tag,
        Summary = "Read how many cards and keys the vault has, and how many wait for a newer key.",
        Responses = [new(200, "The vault's state.", typeof(VaultResponse))],
        Errors = [ErrorCode.NotFound],
    };

    private static readonly ApiOperation RotateOperation = new()
    {
        Id = "rotateVault",
        Tag = Tag,
        Summary = "Rotate keys for some seconds and say what is left. Repeat it until nothing is left; it may be "
            + "interrupted at any point.",
        Body = Rotate,
        Responses = [new(200, "The vault's state after it.", typeof(VaultResponse))],
        Errors = [ErrorCode.NotFound],
    };

    public void Map(IEndpointRouteBuilder api)
    {
        var vault = api.MapGroup("/vault").RequireAuthorization(AccessPolicies.Admin);
        vault.MapGet("", GetAsync, GetOperation);
        vault.MapPost("/rotation", RotateAsync, RotateOperation);
    }

    private async Task GetAsync(HttpContext http) => await RespondAsync(http, await Grain().Status());

    private async Task RotateAsync(HttpContext http)
    {
        var body = await bodies.ReadAsync(http, Rotate);

        await RespondAsync(http, await Grain().Rotate(body.Get(NewKeys)));
    }

    private IVaultGrain Grain() => grains.Grain<IVaultGrain>(IVaultGrain.Key);

    private static Task RespondAsync(HttpContext http, Reply<VaultStatus> reply) => reply.Refusal is { } refusal
        ? Problem.WriteAsync(http, refusal)
        : JsonResponse.WriteAsync(
            http,
            StatusCodes.Status200OK,
            new VaultResponse
            {
                Cards = reply.Value!.Cards,
                OutdatedCards = reply.Value.OutdatedCards,
                Keys = reply.Value.Keys,
                OutdatedKeys = reply.Value.OutdatedKeys,
                MasterKey = reply.Value.MasterKey,
            },
            GatewayJson.Default.VaultResponse);
}

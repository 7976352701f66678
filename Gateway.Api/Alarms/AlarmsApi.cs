using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.OpenApi;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Alarms;

namespace PaymentCluster.Gateway.Api.Alarms;

/// <summary>What needs an operator.</summary>
internal sealed class AlarmsApi(IGrainFactory grains)
{
    private const int DefaultLimit = 20;

    private static readonly QueryParameter Limit = new()
    {
        Name = "limit", Meaning = "Of how many payments, at most; 20 if it is left out.", Bounds = (1, 100),
    };

    private static readonly ApiOperation Operation = new()
    {
        Id = "listAlarms",
        Tag = "Reviews",
        Summary = "List what needs an operator: payments and refunds in review, and money that was not requested.",
        Query = [Limit, new() { Name = "cursor", Meaning = "The next_cursor of the previous page." }],
        Responses = [new(200, "Open alarms, of the oldest payments first.", typeof(AlarmListResponse))],
        Errors = [ErrorCode.InvalidField, ErrorCode.CursorInvalid],
    };

    public void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/alarms", ListAsync, Operation).RequireAuthorization(AccessPolicies.Secret);

    private async Task ListAsync(HttpContext http)
    {
        var errors = new InputErrors();
        var after = PaymentsQuery.Cursor(http, errors);
        var limit = QueryReader.Integer(http, Limit, DefaultLimit, errors);
        if (errors.Any)
        {
            throw new ProblemException(errors);
        }

        var page = await grains.Grain<IAlarmsGrain>(Caller.From(http).Merchant).List(after, limit);
        await JsonResponse.WriteAsync(
            http, StatusCodes.Status200OK, AlarmsMapping.ToResponse(page), GatewayJson.Default.AlarmListResponse);
    }
}

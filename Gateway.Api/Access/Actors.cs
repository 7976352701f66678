using PaymentCluster.Gateway.Api.Limits;
using PaymentCluster.Grains.Abstractions.Audit;

namespace PaymentCluster.Gateway.Api.Access;

/// <summary>Names who makes changes to the silos: the key and its address, for the audit trail. Payers are named by
/// their payments, and reads change nothing.</summary>
internal static class Actors
{
    public static void UseActors(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (!HttpMethods.IsGet(http.Request.Method) && Caller.Of(http.User) is { IsBrowser: false } caller)
        {
            new Actor(caller.KeyId, ClientNetwork.AddressOf(http).ToString()).Begin();
        }

        return next(http);
    });
}

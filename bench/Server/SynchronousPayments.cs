using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Bench.Server;

/// <summary>How a synchronous payment service does it, for comparison: each request holds one of a fixed number of
/// workers until the provider has responded. The payment itself is taken by the same grain, and is as
/// durable.</summary>
internal sealed class SynchronousPayments(IGrainFactory grains, IConfiguration configuration, TimeProvider time)
    : IDisposable
{
    public const string Path = "/_bench/synchronous";
    public const string WorkersSetting = "Bench:SynchronousWorkers";
    public const string MerchantSetting = "Bench:Merchant";

    private readonly SemaphoreSlim _workers = new(configuration.GetValue(WorkersSetting, 64));

    private readonly string _merchant = configuration[MerchantSetting] ?? "";

    public async Task TakeAsync(HttpContext http)
    {
        var order = await JsonDocument.ParseAsync(http.Request.Body);
        var command = new StartPayment
        {
            OrderId = order.RootElement.GetProperty("order_id").GetString()!,
            Amount = Money.Of(order.RootElement.GetProperty("amount").GetInt64(), Currency.Inr),
            Instrument = new Instrument.UpiIntent(),
            Capture = CaptureMode.Automatic,
            Customer = new Customer(),
            Metadata = ImmutableDictionary<string, string>.Empty,
            IsNew = true,
        };
        await _workers.WaitAsync(http.RequestAborted);
        try
        {
            var id = PaymentId.New(time);
            var payment = grains.GetGrain<IPaymentGrain>(PaymentKey.Of(_merchant, id).ToString());
            var view = (await payment.Start(command)).Payment;
            while (view is { IsFinal: false })
            {
                await using var changes = payment.Watch(view.Version, http.RequestAborted)
                    .GetAsyncEnumerator(http.RequestAborted);
                await changes.MoveNextAsync();
                view = await payment.Get();
            }

            http.Response.StatusCode = view is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
            http.Response.ContentLength = 0;
        }
        finally
        {
            _workers.Release();
        }
    }

    public void Dispose() => _workers.Dispose();
}

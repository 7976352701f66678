using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Payments;

/// <summary>Hosts one payment's process in Orleans.</summary>
/// <param name="services">What all payments of the silo share.</param>
/// <param name="lifetime">Says when the silo stops.</param>
public sealed class PaymentGrain(PaymentServices services, IHostApplicationLifetime lifetime)
    : Grain, IPaymentGrain, IPaymentActivation
{
    private PaymentProcess _payment = null!;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _payment = new PaymentProcess(PaymentKey.Parse(this.GetPrimaryKeyString()), services, this);
        services.Active.Increment();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        services.Active.Decrement();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Deactivate() => DeactivateOnIdle();

    /// <inheritdoc/>
    public Task<StartReply> Start(StartPayment command) => _payment.StartAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Confirm(ConfirmPayment command) => _payment.ConfirmAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Capture(CapturePayment command) => _payment.CaptureAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Cancel(CancelPayment command) => _payment.CancelAsync(command);

    /// <inheritdoc/>
    public Task<Reply<RefundView>> Refund(RefundPayment command) => _payment.RefundAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Resolve(ResolvePayment command) => _payment.ResolveAsync(command);

    /// <inheritdoc/>
    public Task<Reply<RefundView>> Resolve(ResolveRefund command) => _payment.ResolveAsync(command);

    /// <inheritdoc/>
    public Task<bool> Record(RecordCharge report) => _payment.RecordAsync(report);

    /// <inheritdoc/>
    public Task<bool> Record(RecordCapture report) => _payment.RecordAsync(report);

    /// <inheritdoc/>
    public Task<bool> Record(RecordVoid report) => _payment.RecordAsync(report);

    /// <inheritdoc/>
    public Task<bool> Record(RecordRefund report) => _payment.RecordAsync(report);

    /// <inheritdoc/>
    public Task Resume() => _payment.ResumeAsync();

    /// <inheritdoc/>
    public Task<CustomerReturn?> CustomerReturned(int attempt, string provider, string nonce) =>
        _payment.CustomerReturnedAsync(attempt, provider, nonce);

    /// <inheritdoc/>
    public Task<bool> Ask(int attempt, string provider) => _payment.QueryAsync(attempt, provider);

    /// <inheritdoc/>
    public Task<PaymentView?> Get() => _payment.GetAsync();

    /// <inheritdoc/>
    public IAsyncEnumerable<TimelineEntry> Watch(int afterVersion, CancellationToken cancellation = default) =>
        _payment.WatchAsync(afterVersion, lifetime.ApplicationStopping, cancellation);

    /// <inheritdoc/>
    public Task<RefundView?> GetRefund(int number) => _payment.GetRefundAsync(number);

    /// <inheritdoc/>
    public Task<ImmutableArray<TimelineEntry>?> Timeline(int afterVersion) => _payment.TimelineAsync(afterVersion);
}

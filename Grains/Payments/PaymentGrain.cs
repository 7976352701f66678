using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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
    private PaymentProcess _process = null!;
    private PaymentLogScope _scope = null!;
    private TaskScheduler _turns = null!;
    private volatile bool _isActive;

    // Every line that is logged under a call, and under what it starts, names the payment. The scope is a part of the
    // call's own context and ends with it, so that it is not disposed of: a call filter would cost two more
    // asynchronous frames for each call.
    private PaymentProcess Payment
    {
        get
        {
            _ = services.Logger.BeginScope(_scope);
            return _process;
        }
    }

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = PaymentKey.Parse(this.GetPrimaryKeyString());
        _process = new PaymentProcess(key, services, this);
        _scope = new PaymentLogScope(key);
        _turns = TaskScheduler.Current;
        _isActive = true;
        services.Active.Increment();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isActive = false;
        services.Active.Decrement();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Deactivate() => DeactivateOnIdle();

    /// <inheritdoc/>
    /// <remarks>On the activation's own scheduler, as a call would be, but without a message, its placement and its
    /// filters. Should the activation leave meanwhile, the journal's version check stands between it and the
    /// next.</remarks>
    public bool TryRecord(RecordOutcome report, [NotNullWhen(true)] out Task<bool>? recorded)
    {
        recorded = _isActive
            ? Task.Factory.StartNew(
                () => Payment.RecordAsync(report), CancellationToken.None, TaskCreationOptions.None, _turns).Unwrap()
            : null;
        return recorded is not null;
    }

    /// <inheritdoc/>
    public Task<StartReply> Start(StartPayment command) => Payment.StartAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Confirm(ConfirmPayment command) => Payment.ConfirmAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Capture(CapturePayment command) => Payment.CaptureAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Cancel(CancelPayment command) => Payment.CancelAsync(command);

    /// <inheritdoc/>
    public Task<Reply<RefundView>> Refund(RefundPayment command) => Payment.RefundAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Resolve(ResolvePayment command) => Payment.ResolveAsync(command);

    /// <inheritdoc/>
    public Task<Reply<RefundView>> Resolve(ResolveRefund command) => Payment.ResolveAsync(command);

    /// <inheritdoc/>
    public Task<Reply<PaymentView>> Clear(ClearUnexpectedMoney command) => Payment.ClearAsync(command);

    /// <inheritdoc/>
    public Task<bool> Record(RecordOutcome report) => Payment.RecordAsync(report);

    /// <inheritdoc/>
    public Task<bool> Record(RecordProviderRefund report) => Payment.RecordAsync(report);

    /// <inheritdoc/>
    public Task Resume() => Payment.ResumeAsync();

    /// <inheritdoc/>
    public Task<CustomerReturn?> CustomerReturned(int attempt, string provider, string nonce) =>
        Payment.CustomerReturnedAsync(attempt, provider, nonce);

    /// <inheritdoc/>
    public Task<bool> Query(int attempt, string provider) => Payment.QueryAsync(attempt, provider);

    /// <inheritdoc/>
    public Task<bool> Hint(int attempt, string provider) => Payment.HintAsync(attempt, provider);

    /// <inheritdoc/>
    public Task<PaymentView?> Get() => Payment.GetAsync();

    /// <inheritdoc/>
    public IAsyncEnumerable<TimelineEntry> Watch(int afterVersion, CancellationToken cancellation = default) =>
        Payment.WatchAsync(afterVersion, lifetime.ApplicationStopping, cancellation);

    /// <inheritdoc/>
    public Task<RefundView?> GetRefund(int number) => Payment.GetRefundAsync(number);

    /// <inheritdoc/>
    public Task<ImmutableArray<TimelineEntry>?> Timeline(int afterVersion) => Payment.TimelineAsync(afterVersion);
}

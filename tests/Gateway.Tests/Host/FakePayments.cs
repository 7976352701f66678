using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Refunds;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>Payments without rules: they take what they are given, so that a test sees what the gateway sent and how it
/// answers.</summary>
public sealed class FakePayments
{
    /// <summary>What every attempt's return address holds.</summary>
    public const string Nonce = "n0";

    private readonly ConcurrentDictionary<string, PaymentId> _orders = new();

    /// <summary>Every command, in order.</summary>
    public ConcurrentQueue<object> Commands { get; } = new();

    /// <summary>What <c>Start</c> refuses with; null to accept.</summary>
    public Refusal? Refusal { get; set; }

    /// <summary>What any call throws; null for none.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Held back until it is completed, when it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>What the next watch breaks with after the history; null for none.</summary>
    public Exception? WatchFault { get; set; }

    /// <summary>How many watches wait for a change.</summary>
    public int Watches { get; private set; }

    public IPaymentGrain Make(string key) => new Grain(this, PaymentKey.Parse(key));

    private sealed class Grain(FakePayments all, PaymentKey key) : IPaymentGrain
    {
        private readonly List<TimelineEntry> _history = [];
        private volatile PaymentView? _view;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<StartReply> Start(StartPayment command)
        {
            await EnterAsync(command);
            if (all.Refusal is { } refusal)
            {
                return new StartReply { Refusal = refusal };
            }

            var holder = all._orders.GetOrAdd($"{key.Merchant}/{command.OrderId}", key.Payment);
            if (holder != key.Payment)
            {
                return new StartReply { Elsewhere = holder };
            }

            if (_view is not null)
            {
                return new StartReply { Payment = _view, Replayed = command.Request is not null };
            }

            Change("payment_accepted", View(command));
            return new StartReply
            {
                Payment = _view,
                Started = true,
                ClientSecret = command.Instrument is null ? new Secret($"cs_{key}") : null,
            };
        }

        public async Task<Reply<PaymentView>> Confirm(ConfirmPayment command)
        {
            await EnterAsync(command);
            return Update("payment_confirmed", view => view with { Method = PaymentMethod.Of(command.Instrument) });
        }

        public async Task<Reply<PaymentView>> Capture(CapturePayment command)
        {
            await EnterAsync(command);
            return Update(
                "payment_captured",
                view => view with
                {
                    Status = PaymentStatus.Success,
                    CapturedMinor = view.Amount.AmountMinor,
                    Settled = true,
                });
        }

        public async Task<Reply<PaymentView>> Cancel(CancelPayment command)
        {
            await EnterAsync(command);
            return Update("payment_cancelled", view => view with { Status = PaymentStatus.Cancelled, Settled = true });
        }

        public async Task<Reply<RefundView>> Refund(RefundPayment command)
        {
            await EnterAsync(command);
            if (_view is null)
            {
                return Reply<RefundView>.Refused(Grains.Abstractions.Errors.Refusal.Of(
                    ErrorCode.PaymentNotFound, "The merchant has no such payment."));
            }

            var refund = new RefundView
            {
                Id = new RefundId { Payment = key.Payment, Number = _view.Refunds.Length + 1 },
                Amount = Money.Of(command.AmountMinor ?? _view.Amount.AmountMinor, _view.Amount.Currency),
                Status = RefundStatus.Pending,
                Reason = command.Reason,
                Automatic = false,
                CreatedAt = _view.CreatedAt,
                UpdatedAt = _view.CreatedAt,
            };
            Change("refund_accepted", _view with { Refunds = _view.Refunds.Add(refund) });
            return Reply<RefundView>.Of(refund);
        }

        public Task<bool> Record(RecordCharge report) => Task.FromResult(false);

        public Task<bool> Record(RecordCapture report) => Task.FromResult(false);

        public async Task<Reply<PaymentView>> Resolve(ResolvePayment command)
        {
            await EnterAsync(command);
            return Update(
                "review_resolved",
                view =>
                    view with { Status = command.Paid ? PaymentStatus.Success : PaymentStatus.Failed, Settled = true });
        }

        public async Task<Reply<RefundView>> Resolve(ResolveRefund command)
        {
            await EnterAsync(command);
            return _view?.Refunds.FirstOrDefault(refund => refund.Id.Number == command.Number) is { } refund
                ? Reply<RefundView>.Of(
                    refund with { Status = command.Paid ? RefundStatus.Success : RefundStatus.Failed })
                : Reply<RefundView>.Refused(Grains.Abstractions.Errors.Refusal.Of(
                    ErrorCode.RefundNotFound, "The payment has no such refund."));
        }

        public Task<bool> Record(RecordVoid report) => Task.FromResult(false);

        public Task<bool> Record(RecordRefund report) => Task.FromResult(false);

        public Task Resume() => Task.CompletedTask;

        public Task<bool> Ask(int attempt, string provider) => throw new NotSupportedException();

        public Task<CustomerReturn?> CustomerReturned(int attempt, string provider, string nonce)
        {
            all.Commands.Enqueue(attempt);
            return Task.FromResult(
                nonce == FakePayments.Nonce && _view is { } view ? new CustomerReturn { Payment = view } : null);
        }

        public async Task<PaymentView?> Get()
        {
            await EnterAsync(null);
            return _view;
        }

        public async IAsyncEnumerable<TimelineEntry> Watch(
            int afterVersion, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            for (var told = afterVersion; ;)
            {
                var changed = Volatile.Read(ref _changed);
                foreach (var entry in _history.Where(entry => entry.Version > told).ToArray())
                {
                    yield return entry;
                    told = entry.Version;
                }

                if (all.WatchFault is { } fault)
                {
                    all.WatchFault = null;
                    throw fault;
                }

                all.Watches++;
                await changed.Task.WaitAsync(cancellation);
            }
        }

        public Task<RefundView?> GetRefund(int number) =>
            Task.FromResult(_view?.Refunds.FirstOrDefault(refund => refund.Id.Number == number));

        public Task<ImmutableArray<TimelineEntry>?> Timeline(int afterVersion) =>
            Task.FromResult<ImmutableArray<TimelineEntry>?>(
            _view is null ? null : [.. _history.Where(entry => entry.Version > afterVersion)]);

        private async Task EnterAsync(object? command)
        {
            if (command is not null)
            {
                all.Commands.Enqueue(command);
            }

            if (all.Fault is { } fault)
            {
                throw fault;
            }

            if (all.Gate is { } gate)
            {
                await gate.Task;
            }
        }

        private Reply<PaymentView> Update(string type, Func<PaymentView, PaymentView> change)
        {
            if (_view is null)
            {
                return Reply<PaymentView>.Refused(Grains.Abstractions.Errors.Refusal.Of(
                    ErrorCode.PaymentNotFound, "The merchant has no such payment."));
            }

            Change(type, change(_view));
            return Reply<PaymentView>.Of(_view!);
        }

        private void Change(string type, PaymentView view)
        {
            view = view with { Version = view.Version + 1 };
            _history.Add(new TimelineEntry
            {
                Version = view.Version,
                Type = type,
                At = view.CreatedAt,
                Summary = type,
                Status = view.Status,
            });
            _view = view;
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        private PaymentView View(StartPayment command)
        {
            var at = DateTimeOffset.UnixEpoch.AddYears(56);
            var method = command.Instrument is { } instrument ? PaymentMethod.Of(instrument) : null;
            return new PaymentView
            {
                Id = key.Payment,
                OrderId = command.OrderId,
                Status = command.Instrument is null ? PaymentStatus.Pending : PaymentStatus.RequiresAction,
                Amount = command.Amount,
                AuthorizedMinor = 0,
                CapturedMinor = 0,
                RefundedMinor = 0,
                RefundStatus = RefundProgress.None,
                Capture = command.Capture,
                Method = method,
                Action = method is { Kind: PaymentMethodKind.Upi }
                    ? new CustomerAction
                    {
                        Kind = CustomerActionKind.UpiIntent, Url = "upi://pay?pa=shop@bank&am=500.00&tr=x",
                    }
                    : null,
                Provider = "razorpay",
                Attempt = new AttemptId { Payment = key.Payment, Number = 1 },
                Customer = command.Customer,
                Description = command.Description,
                ReturnUrl = command.ReturnUrl,
                Metadata = command.Metadata,
                Refunds = [],
                CreatedAt = at,
                UpdatedAt = at,
                ExpiresAt = at.AddMinutes(15),
                Version = 0,
                Settled = false,
            };
        }
    }
}

using System.Text.RegularExpressions;
using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.PayU;

/// <summary>The command API, <c>merchant/postservice.php</c>: queries. What moves money is in
/// <see cref="PayUActions"/>.</summary>
internal sealed partial class PayUCommands(PayUBook book, PayUActions actions)
{
    /// <summary>What kind of call a command is, for the dials.</summary>
    public static DialOperation OperationOf(string command) => command switch
    {
        "capture_transaction" => DialOperation.Capture,
        "cancel_refund_transaction" => DialOperation.Refund,
        _ => DialOperation.Query,
    };

    public Task<SimulatedResponse> RunAsync(PayUForm? form)
    {
        if (form is null)
        {
            return Task.FromResult(PayUResponses.Refused("Parameter missing"));
        }

        var command = form["command"];
        if (book.Account(form["key"]) is not { } account
            || !PayUHash.AreEqual(form["hash"], PayUHash.OfCommand(account.Key, command, form["var1"], account.Salt)))
        {
            return Task.FromResult(PayUResponses.Refused("Invalid Hash."));
        }

        return !form.Has("var1") ? Task.FromResult(PayUResponses.Refused("Parameter missing")) : command switch
        {
            "verify_payment" => VerifyAsync(account, form["var1"].Split('|')),
            "capture_transaction" => actions.CaptureAsync(account, form),
            "cancel_refund_transaction" => actions.CancelOrRefundAsync(account, form),
            "check_action_status" => CheckActionAsync(account, form["var1"], form["var2"]),
            "validateVPA" => Task.FromResult(PayUResponses.OfVpa(form["var1"], IsVpa(form["var1"]))),
            "get_user_cards" => Task.FromResult(PayUResponses.Cards([.. book.Cards(form["var1"])])),
            "delete_user_card" => DeleteCardAsync(form["var1"], form["var2"]),
            "get_settlement_details" => Task.FromResult(Settlements(account, form["var1"])),
            "get_Transaction_Details" => Task.FromResult(Between(account, form["var1"], form["var2"])),
            _ => Task.FromResult(PayUResponses.Refused("Invalid command")),
        };
    }

    public static bool IsVpa(string vpa) => Vpa().IsMatch(vpa) && vpa != PayUFailures.UnknownVpa;

    private async Task<SimulatedResponse> VerifyAsync(PayUAccount account, string[] txnIds)
    {
        var told = new List<(string TxnId, PayUPayment? Payment)>();
        foreach (var txnId in txnIds)
        {
            PayUPayment? payment = null;
            if (book.FolderOf(account.Key, txnId) is { } folder)
            {
                Task durable;
                lock (folder.Gate)
                {
                    payment = folder.Told;
                    durable = folder.Durable;
                }

                await durable;
            }

            told.Add((txnId, payment));
        }

        return PayUResponses.Verified(told);
    }

    private async Task<SimulatedResponse> CheckActionAsync(PayUAccount account, string id, string kind)
    {
        var byPayment = kind == "payuid";
        if ((byPayment ? book.Find(account.Key, id) : book.FindRequest(account.Key, id)) is not { } folder)
        {
            return PayUResponses.NoAction(id);
        }

        List<(PayUPayment, PayUAction)> found;
        Task durable;
        lock (folder.Gate)
        {
            found =
            [
                .. folder.Actions.Where(action => byPayment ? action.PaymentId == id : action.RequestId == id)
                    .Select(action => (folder.Payment(action.PaymentId), action)),
            ];
            durable = folder.Durable;
        }

        await durable;
        return found.Count == 0 ? PayUResponses.NoAction(id) : PayUResponses.Actions(id, found);
    }

    private async Task<SimulatedResponse> DeleteCardAsync(string userCredentials, string token)
    {
        if (book.Card(token) is not { } card || card.UserCredentials != userCredentials)
        {
            return PayUResponses.Refused("card not found");
        }

        await book.Delete(card);
        return PayUResponses.Accepted("card deleted successfully");
    }

    private SimulatedResponse Settlements(PayUAccount account, string day)
    {
        var done = Captured(account).Where(payment => PayUIds.Day(payment.ChangedAt) == day).ToList();
        return done.Count == 0 ? PayUResponses.Refused("No data found") : PayUResponses.Settlements(done);
    }

    private SimulatedResponse Between(PayUAccount account, string from, string to) => PayUResponses.Transactions(
    [
        .. book.Folders.Where(folder => folder.Key == account.Key).SelectMany(Payments)
            .Where(payment => string.CompareOrdinal(PayUIds.Day(payment.CreatedAt), from) >= 0
                && string.CompareOrdinal(PayUIds.Day(payment.CreatedAt), to) <= 0),
    ]);

    private IEnumerable<PayUPayment> Captured(PayUAccount account) =>
        book.Folders.Where(folder => folder.Key == account.Key).SelectMany(Payments)
            .Where(payment => payment.State == PayUPaymentState.Captured);

    private static PayUPayment[] Payments(PayUFolder folder)
    {
        lock (folder.Gate)
        {
            return [.. folder.Payments];
        }
    }

    [GeneratedRegex(
        "^[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Vpa();
}

using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.Paytm;

/// <summary>The two calls of a charge: announcing an order, and paying it.</summary>
internal sealed class PaytmOrders(PaytmApi api, PaytmOptions options)
{
    private const string CreditCard = "CREDIT_CARD";

    /// <summary>Announces the attempt's order, or finds it announced already. It moves no money, so whatever goes wrong
    /// with it, the charge has not been sent.</summary>
    /// <returns>The token to pay it with, and whether an order of this id was there before; or why there is
    /// none.</returns>
    public async Task<(string? Token, bool Known, ProviderOutcome? Outcome)> AnnounceAsync(
        ChargeRequest request, ProviderCredentials credentials)
    {
        var order = request.Attempt.ToString();
        var reply = request.Capture == CaptureMode.Manual
            ? await api.ActAsync(
                "charge.order", order, "order/v2/preAuth", PaytmMapping.Block(
                    request, credentials, options.BlockTime), PaytmJson.Wire.PreAuthBody,
                PaytmJson.Wire.TokenResponse, request.Window, credentials)
            : await api.ActAsync(
                "charge.order", order, PaytmApi.OfOrder("theia/api/v1/initiateTransaction", order, credentials),
                PaytmMapping.Order(request, credentials), PaytmJson.Wire.InitiateBody, PaytmJson.Wire.TokenResponse,
                request.Window, credentials);
        if (!reply.IsRead)
        {
            return (
                null,
                false,
                reply.Problem is ProviderOutcome.Unknown unknown ? NotSent($"order: {unknown.Reason}") : reply.Problem);
        }

        var known = reply.Code is "0002" or "325";
        return reply.Status switch
        {
            "S" when PaytmMapping.IsToken(reply.Body.TxnToken) => (reply.Body.TxnToken, known, null),
            // Another request for it is being handled, or it took too long: there is no token, and none was used.
            "F" when !PaytmCodes.IsSystemError(reply.Code) && reply.Code is not ("1005" or "1006") =>
                (null, known, Declined(PaytmCodes.FailureOf(reply.Body.ResultInfo!))),
            _ => (null, known, NotSent("order: the response has no token")),
        };
    }

    /// <summary>Pays an order. This is what moves money.</summary>
    public async Task<ProviderOutcome> PayAsync(ChargeRequest request, string token, ProviderCredentials credentials)
    {
        var order = request.Attempt.ToString();
        var cardMode = request.Instrument is ChargeInstrument.TypedCard typed
            ? await CardModeAsync(request, typed.Card.Number, token, credentials)
            : CreditCard;
        var reply = await api.ActWithTokenAsync(
            "charge.payment", order, "theia/api/v1/processTransaction", token, PaytmMapping.Payment(
                request, cardMode, credentials),
            PaytmJson.Wire.ProcessBody, PaytmJson.Wire.ProcessResponse, request.Window, credentials);
        var outcome = reply.IsRead ? OutcomeOf(request, reply) : reply.Problem;
        return outcome with { ProviderOrder = order };
    }

    private ProviderOutcome OutcomeOf(
        ChargeRequest request, PaytmApi.Reply<ProcessResponse> reply) => reply.Status switch
        {
            // Taken on; what becomes of it is for the status to say.
            "S" or "PENDING" or "TXN_SUCCESS" => new ProviderOutcome.Pending
            {
                ProviderReference = Reference(reply.Body!),
                Action = PaytmMapping.Action(
                    request.Instrument, reply.Body!, plainHttp: options.BaseUrl!.Scheme == Uri.UriSchemeHttp),
            },
            // The token ran out before the payment was looked at.
            "F" when reply.Code == "1006" => NotSent("the order's token expired"),
            // The same payment is being handled, or Paytm's own systems failed at it.
            "F" or "TXN_FAILURE"
                when reply.Code == "1005" || PaytmCodes.IsSystemError(reply.Code) || PaytmCodes.IsOpen(reply.Code) =>
                Unknown("a system error at Paytm"),
            "F" or "TXN_FAILURE" => Declined(PaytmCodes.FailureOf(reply.Body!.ResultInfo!)),
            _ => Unknown("an undocumented result"),
        };

    // Paytm needs to know whether a card is credit or debit, and looks it up by the first nine digits
    // (business.paytm.com/docs/api/fetch-bin-details-api). Without a response, credit is most likely.
    private async Task<string> CardModeAsync(
        ChargeRequest request, CardNumber number, string token, ProviderCredentials credentials)
    {
        var body = new BinBody { Bin = PaytmMapping.Bin(number), Mid = credentials[PaytmApi.Mid].Reveal() };
        var reply = await api.QueryWithTokenAsync(
            "charge.bin", request.Attempt.ToString(), "fetchBinDetail", token, body, PaytmJson.Wire.BinBody,
            PaytmJson.Wire.BinResponse, credentials);
        return reply.IsRead && reply.Body.BinDetail?.PaymentMode is CreditCard or "DEBIT_CARD"
            ? reply.Body.BinDetail.PaymentMode
            : CreditCard;
    }

    private static string? Reference(ProcessResponse response) =>
        PaytmMapping.IsId(response.TransId) ? response.TransId
            : PaytmMapping.IsId(response.DeepLinkInfo?.TransId) ? response.DeepLinkInfo!.TransId
            : null;
}

using PaymentCluster.Simulators.Customer;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The checkout sessions' calls. Callers hold the book's gate.</summary>
internal sealed class AmazonPaySessions(AmazonPayBook book, AmazonPayLifecycle lifecycle, CustomerSettings customer)
{
    /// <summary><c>POST /checkoutSessions</c>.</summary>
    public SimulatedResponse Create(AmazonPayCall call, AmazonPayChange change)
    {
        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        var storeId = fields.Text("storeId", required: true);
        var type = fields.Word("chargePermissionType", "OneTime", "Recurring", AmazonPayPermission.OnFile) ?? "OneTime";
        var onFile = fields.Group("paymentMethodOnFileMetadata");
        var setupOnly = onFile?.Flag("setupOnly") ?? false;
        if (type != AmazonPayPermission.OnFile)
        {
            onFile?.Refuse(AmazonPayErrors.Of(400, "InvalidParameterCombination",
                "paymentMethodOnFileMetadata is for the chargePermissionType PaymentMethodOnFile."));
        }

        fields.Finish(onFile);
        string[] ignored = ["scopes", "deliverySpecifications", "recurringMetadata", "addressDetails", "platformId"];
        foreach (var unused in ignored)
        {
            fields.Ignore(unused);
        }

        var session = Described(fields, isNew: true, new AmazonPaySession
        {
            Id = AmazonPayIds.Session(),
            KeyId = call.Account.PublicKeyId,
            StoreId = storeId ?? "",
            BaseUrl = call.BaseUrl,
            ChargePermissionType = type,
            SetupOnly = setupOnly,
            Metadata = new AmazonPayMetadata(),
            CreatedAt = change.Now,
            ChangedAt = change.Now,
            ExpiresAt = change.Now,
        });
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (storeId != call.Account.StoreId)
        {
            return AmazonPayErrors.Invalid("storeId");
        }

        session = lifecycle.Drawn(session);
        change.Put(session);
        lifecycle.Await(session, customer);
        return AmazonPayJson.Of(201, session);
    }

    /// <summary><c>GET /checkoutSessions/{id}</c>.</summary>
    public SimulatedResponse Fetch(AmazonPayCall call, AmazonPayChange change) =>
        Find(call) is { } session ? AmazonPayJson.Of(200, session) : AmazonPayErrors.NoSuchObject;

    /// <summary><c>PATCH /checkoutSessions/{id}</c>.</summary>
    public SimulatedResponse Update(AmazonPayCall call, AmazonPayChange change)
    {
        if (Find(call) is not { } session)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        if (session.State != AmazonPaySessionState.Open || session.Approved)
        {
            return AmazonPayErrors.WrongState("CheckoutSession", session.State.ToString());
        }

        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        session = Described(fields, isNew: false, session with { ChangedAt = change.Now });
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        change.Put(session);
        lifecycle.Await(session, customer);
        return AmazonPayJson.Of(200, session);
    }

    /// <summary><c>POST /checkoutSessions/{id}/complete</c>: a session is completed once; a repetition returns the
    /// session.</summary>
    public SimulatedResponse Complete(AmazonPayCall call, AmazonPayChange change)
    {
        if (Find(call) is not { } session)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        var amount = fields.Money("chargeAmount", required: !session.SetupOnly);
        fields.Ignore("totalOrderAmount");
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        return session.State switch
        {
            AmazonPaySessionState.Canceled => AmazonPayErrors.Of(
                422, "CheckoutSessionCanceled", $"The Checkout Session was canceled: {session.Reason}."),
            _ when session.Currency != amount?.Currency =>
                AmazonPayErrors.Of(400, "CurrencyMismatch", "The currency differs from the Checkout Session's."),
            _ when session.Amount != amount?.Amount =>
                AmazonPayErrors.Of(409, "AmountMismatch", "The amount differs from the Checkout Session's."),
            AmazonPaySessionState.Completed => AmazonPayJson.Of(200, session),
            _ when !session.Approved => AmazonPayErrors.WrongState("CheckoutSession", "Open"),
            _ => AmazonPayJson.Of(200, lifecycle.Complete(change, session)),
        };
    }

    private static AmazonPaySession Described(AmazonPayFields fields, bool isNew, AmazonPaySession session)
    {
        var web = fields.Group("webCheckoutDetails", required: isNew);
        session = session with
        {
            ReviewUrl = web?.Url("checkoutReviewReturnUrl") ?? session.ReviewUrl,
            ResultUrl = web?.Url("checkoutResultReturnUrl") ?? session.ResultUrl,
            CancelUrl = web?.Url("checkoutCancelUrl") ?? session.CancelUrl,
            CheckoutMode = web?.Word("checkoutMode", "ProcessOrder") ?? session.CheckoutMode,
        };
        if (web is not null && session is { ReviewUrl: null, ResultUrl: null })
        {
            web.Refuse(AmazonPayErrors.Missing("checkoutReviewReturnUrl"));
        }

        fields.Finish(web);

        var details = fields.Group("paymentDetails");
        var amount = details?.Money("chargeAmount");
        session = session with
        {
            Intent = details?.Word("paymentIntent", "Confirm", "Authorize", "AuthorizeWithCapture") ?? session.Intent,
            CanHandlePending = details?.Flag("canHandlePendingAuthorization") ?? session.CanHandlePending,
            Amount = amount?.Amount ?? session.Amount,
            Currency = amount?.Currency ?? session.Currency,
            SoftDescriptor = details?.Text("softDescriptor", longest: 16) ?? session.SoftDescriptor,
            PresentmentCurrency = details?.Currency("presentmentCurrency") ?? session.PresentmentCurrency,
        };
        if (details is not null)
        {
            foreach (var unused in (string[])["allowOvercharge", "extendExpiration", "totalOrderAmount"])
            {
                details.Ignore(unused);
            }

            if (session.SetupOnly && (amount is not null || session.Intent is not (null or "Confirm")))
            {
                details.Refuse(AmazonPayErrors.Of(400, "InvalidParameterCombination",
                    "Where a payment method is only saved, nothing is charged."));
            }

            if (session is { Intent: "AuthorizeWithCapture", CanHandlePending: true })
            {
                details.Refuse(AmazonPayErrors.Of(400, "InvalidParameterCombination",
                    "A pending authorization cannot be captured at once."));
            }
        }

        fields.Finish(details);
        return session with { Metadata = fields.Metadata() ?? session.Metadata };
    }

    private AmazonPaySession? Find(AmazonPayCall call) =>
        book.Session(call.Id) is { } session && book.IsOf(call.Account, session.KeyId) ? session : null;
}

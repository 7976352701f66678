using PaymentCluster.Simulators.Dials;
using PaymentCluster.Simulators.Http;

namespace PaymentCluster.Simulators.AmazonPay;

/// <summary>The calls of charge permissions, charges and refunds. Callers hold the book's gate.</summary>
internal sealed class AmazonPayCharges(AmazonPayBook book, AmazonPayLifecycle lifecycle)
{
    /// <summary><c>GET /chargePermissions/{id}</c>.</summary>
    public SimulatedResponse FetchPermission(AmazonPayCall call, AmazonPayChange change) =>
        FindPermission(call, call.Id) is { } permission
            ? AmazonPayJson.Of(200, permission)
            : AmazonPayErrors.NoSuchObject;

    /// <summary><c>PATCH /chargePermissions/{id}</c>.</summary>
    public SimulatedResponse UpdatePermission(AmazonPayCall call, AmazonPayChange change)
    {
        if (FindPermission(call, call.Id) is not { } permission)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        var metadata = fields.Metadata();
        fields.Ignore("recurringMetadata");
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (permission.State == AmazonPayPermissionState.Closed)
        {
            return AmazonPayErrors.Of(422, "ChargePermissionNotModifiable", "The Charge Permission is closed.");
        }

        permission = permission with { Metadata = metadata ?? permission.Metadata, ChangedAt = change.Now };
        change.Put(permission);
        return AmazonPayJson.Of(200, permission);
    }

    /// <summary><c>DELETE /chargePermissions/{id}/close</c>.</summary>
    public SimulatedResponse ClosePermission(AmazonPayCall call, AmazonPayChange change)
    {
        if (FindPermission(call, call.Id) is not { } permission)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        fields.Text("closureReason", required: true);
        var cancels = fields.Flag("cancelPendingCharges");
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (permission.State == AmazonPayPermissionState.Closed)
        {
            return AmazonPayErrors.WrongState("ChargePermission", "Closed");
        }

        if (cancels)
        {
            foreach (var charge in book.Charges.Where(charge =>
                charge.PermissionId == permission.Id && charge.State == AmazonPayChargeState.Authorized))
            {
                AmazonPayLifecycle.Cancel(change, charge, "ChargePermissionCanceled");
            }
        }

        return AmazonPayJson.Of(200, AmazonPayLifecycle.Close(change, permission, "MerchantClosed"));
    }

    /// <summary><c>POST /charges</c>.</summary>
    public SimulatedResponse Create(AmazonPayCall call, AmazonPayChange change)
    {
        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        var permissionId = fields.Text("chargePermissionId", required: true);
        var amount = fields.Money("chargeAmount", required: true);
        var captures = fields.Flag("captureNow");
        var pending = fields.Flag("canHandlePendingAuthorization");
        var descriptor = fields.Text("softDescriptor", longest: 16);
        var metadata = fields.Metadata();
        var initiator = fields.Word("chargeInitiator", "CITU", "MITU", "CITR", "MITR");
        var channel = fields.Word("channel", "Web", "Phone", "App", "Alexa", "PointOfSale", "FireTv", "Offline");
        fields.Ignore("providerMetadata");
        fields.Ignore("platformId");
        if (captures && pending)
        {
            fields.Refuse(AmazonPayErrors.Of(400, "InvalidParameterCombination",
                "A pending authorization cannot be captured at once."));
        }

        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (FindPermission(call, permissionId!) is not { } permission)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        if (Simulated(call) is { } simulated)
        {
            return simulated;
        }

        var (requested, currency) = amount!.Value;
        if (WhyNotCharged(permission, call.Account.Region, requested, currency) is { } objection)
        {
            return objection;
        }

        // What the bank makes of any other permission was drawn with its session.
        var draws = permission.Limit is null && book.Dials.Covers(DialOperation.Payment);
        if (draws && book.Dials.Fires(DialRate.Decline))
        {
            return AmazonPayErrors.Of(422, "SoftDeclined", "The bank declined the payment.");
        }

        var charged = draws && book.Dials.Fires(DialRate.AmountMismatch) ? requested + 100 : requested;
        return AmazonPayJson.Of(201, lifecycle.Charge(
            change,
            permission,
            new AmazonPayOrder(charged, currency, captures)
            {
                SoftDescriptor = descriptor, Metadata = metadata, Initiator = initiator, Channel = channel,
            }));
    }

    private static SimulatedResponse? WhyNotCharged(
        AmazonPayPermission permission, string region, long requested, string currency)
    {
        if (permission.State != AmazonPayPermissionState.Chargeable)
        {
            return AmazonPayErrors.WrongState("ChargePermission", permission.State.ToString());
        }

        if (permission.Currency is { } agreed ? agreed != currency : !AmazonPayCurrencies.IsLedger(region, currency))
        {
            return AmazonPayErrors.Of(400, "CurrencyMismatch", "The currency differs from the Charge Permission's.");
        }

        return permission.Limit is not null && permission.Balance < requested
            ? AmazonPayErrors.Of(400, "TransactionAmountExceeded", "The amount exceeds the Charge Permission's.")
            : null;
    }

    /// <summary><c>GET /charges/{id}</c>.</summary>
    public SimulatedResponse Fetch(AmazonPayCall call, AmazonPayChange change) =>
        FindCharge(call, call.Id) is { } charge ? AmazonPayJson.Of(200, charge) : AmazonPayErrors.NoSuchObject;

    /// <summary><c>POST /charges/{id}/capture</c>: once, the whole or a part.</summary>
    public SimulatedResponse Capture(AmazonPayCall call, AmazonPayChange change)
    {
        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        var amount = fields.Money("captureAmount", required: true);
        var descriptor = fields.Text("softDescriptor", longest: 16);
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (FindCharge(call, call.Id) is not { } charge)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        if (Simulated(call) is { } simulated)
        {
            return simulated;
        }

        if (charge.State != AmazonPayChargeState.Authorized)
        {
            return AmazonPayErrors.WrongState("Charge", charge.State.ToString());
        }

        if (charge.Currency != amount!.Value.Currency)
        {
            return AmazonPayErrors.Of(400, "CurrencyMismatch", "The currency differs from the Charge's.");
        }

        if (amount.Value.Amount > charge.Amount)
        {
            return AmazonPayErrors.Of(400, "TransactionAmountExceeded", "The amount exceeds the Charge's.");
        }

        charge = charge with
        {
            State = AmazonPayChargeState.Captured,
            Captured = amount.Value.Amount,
            SoftDescriptor = descriptor ?? charge.SoftDescriptor,
            ChangedAt = change.Now,
        };
        change.Put(charge);
        change.Raise("CHARGE", charge.Id, charge.PermissionId);
        return AmazonPayJson.Of(200, charge);
    }

    /// <summary><c>DELETE /charges/{id}/cancel</c>.</summary>
    public SimulatedResponse Cancel(AmazonPayCall call, AmazonPayChange change)
    {
        if (FindCharge(call, call.Id) is not { } charge)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        fields.Text("cancellationReason", required: true);
        return fields.Finish() ?? (charge.State == AmazonPayChargeState.Authorized
            ? AmazonPayJson.Of(200, AmazonPayLifecycle.Cancel(change, charge, "MerchantCanceled"))
            : AmazonPayErrors.WrongState("Charge", charge.State.ToString()));
    }

    /// <summary><c>POST /refunds</c>.</summary>
    public SimulatedResponse CreateRefund(AmazonPayCall call, AmazonPayChange change)
    {
        using var document = call.Read();
        if (document is null)
        {
            return AmazonPayErrors.NoJson;
        }

        var fields = new AmazonPayFields(document.RootElement);
        var chargeId = fields.Text("chargeId", required: true);
        var amount = fields.Money("refundAmount", required: true);
        var descriptor = fields.Text("softDescriptor", longest: 16);
        if (fields.Finish() is { } refusal)
        {
            return refusal;
        }

        if (FindCharge(call, chargeId!) is not { } charge)
        {
            return AmazonPayErrors.NoSuchObject;
        }

        if (charge.State != AmazonPayChargeState.Captured)
        {
            return AmazonPayErrors.WrongState("Charge", charge.State.ToString());
        }

        if (charge.Currency != amount!.Value.Currency)
        {
            return AmazonPayErrors.Of(400, "CurrencyMismatch", "The currency differs from the Charge's.");
        }

        if (charge.Refunded + amount.Value.Amount
            > charge.Captured + AmazonPayCurrencies.RefundableExcess(charge.Captured, charge.Currency))
        {
            return AmazonPayErrors.Of(400, "TransactionAmountExceeded", "The amount exceeds what can be refunded.");
        }

        var refund = new AmazonPayRefund
        {
            Id = AmazonPayIds.Refund(book.Permission(charge.PermissionId)!),
            KeyId = charge.KeyId,
            ChargeId = charge.Id,
            Amount = amount.Value.Amount,
            Currency = charge.Currency,
            SoftDescriptor = descriptor,
            IdempotencyKey = call.IdempotencyKey!,
            CreatedAt = change.Now,
            ChangedAt = change.Now,
            WillFail = book.Dials.Covers(DialOperation.Refund) && book.Dials.Fires(DialRate.RefundFailed),
        };
        lifecycle.Refund(change, charge, refund);
        return AmazonPayJson.Of(201, refund);
    }

    /// <summary><c>GET /refunds/{id}</c>.</summary>
    public SimulatedResponse FetchRefund(AmazonPayCall call, AmazonPayChange change) =>
        book.Refund(call.Id) is { } refund && book.IsOf(call.Account, refund.KeyId)
            ? AmazonPayJson.Of(200, refund)
            : AmazonPayErrors.NoSuchObject;

    /// <summary><c>GET /reports</c>: there are none.</summary>
    public static SimulatedResponse Reports(AmazonPayCall call, AmazonPayChange change)
    {
        var strange = call.Query.Keys.FirstOrDefault(name => name is not ("reportTypes" or "processingStatuses"
            or "createdSince" or "createdUntil" or "pageSize" or "nextToken"));
        if (strange is not null)
        {
            return AmazonPayErrors.Unrecognized(strange);
        }

        if (call.Query.TryGetValue("pageSize", out var size)
            && !(int.TryParse(size, out var count) && count is >= 1 and <= 100))
        {
            return AmazonPayErrors.Invalid("pageSize");
        }

        return SimulatedResponse.Json(200, 0, static (json, _) =>
        {
            json.WriteStartObject();
            json.WriteStartArray("reports");
            json.WriteEndArray();
            json.WriteNull("nextToken");
            json.WriteEndObject();
        });
    }

    // The outcomes of an authorisation or capture that a caller may select in the sandbox.
    private static SimulatedResponse? Simulated(AmazonPayCall call) => call.SimulationCode switch
    {
        null => null,
        "SoftDeclined" or "HardDeclined" or "AmazonRejected" or "TransactionTimedOut" =>
            AmazonPayErrors.Of(422, call.SimulationCode, "The payment was declined, as requested."),
        "ProcessingFailure" => AmazonPayErrors.Of(500, "ProcessingFailure", "The processing failed, as requested."),
        _ => AmazonPayErrors.Of(400, "InvalidSandboxSimulationSpecified", "There is no such simulation."),
    };

    private AmazonPayPermission? FindPermission(AmazonPayCall call, string id) =>
        book.Permission(id) is { } permission && book.IsOf(call.Account, permission.KeyId) ? permission : null;

    private AmazonPayCharge? FindCharge(AmazonPayCall call, string id) =>
        book.Charge(id) is { } charge && book.IsOf(call.Account, charge.KeyId) ? charge : null;
}

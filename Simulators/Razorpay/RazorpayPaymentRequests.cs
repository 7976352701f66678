using System.Text.RegularExpressions;

namespace PaymentCluster.Simulators.Razorpay;

/// <summary>Reads what pays an order: the fields all methods share, and each method's own.</summary>
internal static partial class RazorpayPaymentRequests
{
    private static readonly HashSet<string> Banks = new(StringComparer.Ordinal)
    {
        "AIRP", "ALLA", "ANDB", "AUBL", "BARB_C", "BARB_R", "BBKM", "BDBL", "BKDN", "BKID", "CBIN", "CIUB", "CNRB",
        "CORP", "COSB", "CSBK", "DBSS", "DCBL", "DEUT", "DLXB", "ESAF", "ESFB", "FDRL", "FSFB", "HDFC", "HSBC",
        "IBKL", "ICIC", "IDFB", "IDIB", "INDB", "IOBA", "JAKA", "JSBP", "KARB", "KKBK", "KVBL", "LAVB_R", "MAHB",
        "NKGS", "ORBC", "PMCB", "PSIB", "PUNB", "PUNB_R", "RATN", "SBBJ", "SBHY", "SBIN", "SBMY", "SBTR", "SCBL",
        "SIBL", "SRCB", "STBP", "SVCB", "SYNB", "TMBL", "TNSC", "UBIN", "UCBA", "UTBI", "UTIB", "VARA", "VIJB",
        "YESB",
    };

    private static readonly HashSet<string> Wallets = new(StringComparer.Ordinal)
    {
        "airtelmoney", "amazonpay", "freecharge", "jiomoney", "mobikwik", "olamoney", "paytm", "payzapp", "phonepe",
    };

    /// <summary>Reads a payment, as far as its own fields tell; the caller then calls
    /// <see cref="RazorpayFields.Finish()"/>.</summary>
    public static RazorpayPayment Read(RazorpayFields fields, string keyId, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        var payment = new RazorpayPayment
        {
            Id = RazorpayIds.New("pay_"),
            KeyId = keyId,
            OrderId = fields.Text("order_id", required: true) ?? "",
            Amount = fields.Integer("amount", required: true) ?? 0,
            Currency = fields.Text("currency", required: true) ?? "",
            Method = fields.Text("method", required: true) ?? "",
            Email = fields.Text("email", required: true),
            Contact = fields.Text("contact", required: true),
            Description = fields.Text("description"),
            CustomerId = fields.Text("customer_id"),
            Notes = fields.Notes(),
            CallbackUrl = fields.Text("callback_url", longest: 2048),
            CreatedAt = at,
            ChangedAt = at,
            ExpiresAt = at,
            CaptureBefore = at,
        };
        // Taken, as the real one takes them for its risk checks, and not kept.
        fields.Text("ip");
        fields.Text("referer", longest: 2048);
        fields.Text("user_agent", longest: 1024);
        RazorpayCurrencies.Check(fields, payment.Amount, payment.Currency);
        if (fields.Refusal is null)
        {
            CheckCustomer(fields, payment);
        }

        return payment.Method switch
        {
            "card" => ReadCard(fields, payment, now),
            "upi" => ReadUpi(fields, payment, now),
            "netbanking" => payment with { Bank = ReadCode(fields, "bank", Banks) },
            "wallet" => payment with { Wallet = ReadCode(fields, "wallet", Wallets) },
            _ => Refused(fields, payment),
        };
    }

    /// <summary>Whether this looks like a UPI ID: <c>name@provider</c>.</summary>
    public static bool IsVpa(string text) => Vpa().IsMatch(text);

    [GeneratedRegex("^[A-Za-z0-9._-]{1,256}@[A-Za-z][A-Za-z0-9.]{1,63}\\z", RegexOptions.None, 100)]
    private static partial Regex Vpa();

    private static RazorpayPayment Refused(RazorpayFields fields, RazorpayPayment payment)
    {
        fields.Refuse("The selected method is invalid.", "method");
        return payment;
    }

    private static void CheckCustomer(RazorpayFields fields, RazorpayPayment payment)
    {
        var (email, contact) = (payment.Email!, payment.Contact!);
        var at = email.IndexOf('@');
        var digits = contact.Count(char.IsAsciiDigit);
        if (at < 1 || at == email.Length - 1 || email.Contains(' ', StringComparison.Ordinal))
        {
            fields.Refuse("The email must be a valid email address.", "email");
        }
        else if (digits is < 8 or > 15 || contact.Any(c => !char.IsAsciiDigit(c) && c is not ('+' or '-' or ' ')))
        {
            fields.Refuse("Contact number contains invalid characters, or is not of 8 to 15 digits.", "contact");
        }
        else if (payment.CallbackUrl is not null && !IsHttp(payment.CallbackUrl))
        {
            fields.Refuse("The callback url format is invalid.", "callback_url");
        }
    }

    private static bool IsHttp(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    private static string? ReadCode(RazorpayFields fields, string name, HashSet<string> known)
    {
        var code = fields.Text(name, required: true);
        if (code is not null && !known.Contains(code))
        {
            fields.Refuse($"The selected {name} is invalid.", name);
        }

        return code;
    }

    private static RazorpayPayment ReadCard(RazorpayFields fields, RazorpayPayment payment, DateTimeOffset now)
    {
        if (fields.Group("authentication") is { } authentication)
        {
            if (authentication.Text("authentication_channel", required: true) is not (null or "browser" or "app"))
            {
                authentication.Refuse("The selected authentication channel is invalid.", "authentication_channel");
            }

            fields.Finish(authentication);
        }

        if (fields.Group("browser") is { } browser)
        {
            browser.Flag("java_enabled");
            browser.Flag("javascript_enabled");
            browser.Integer("timezone_offset");
            browser.Integer("color_depth");
            browser.Integer("screen_width");
            browser.Integer("screen_height");
            browser.Text("language");
            fields.Finish(browser);
        }

        var token = fields.Text("token");
        var save = fields.Flag("save") ?? false;
        if (save && payment.CustomerId is null)
        {
            fields.Refuse("The customer id field is required when save is present.", "customer_id");
        }

        var group = fields.Group("card", required: token is null);
        if (token is not null)
        {
            if (group is not null)
            {
                RazorpayCards.ReadKept(group);
            }

            fields.Finish(group);
            return payment with { TokenId = token };
        }

        var card = group is null ? null : RazorpayCards.Read(group, now);
        fields.Finish(group);
        return payment with { Card = card, Save = save };
    }

    private static RazorpayPayment ReadUpi(RazorpayFields fields, RazorpayPayment payment, DateTimeOffset now)
    {
        if (payment.Currency is not ("INR" or ""))
        {
            fields.Refuse("UPI takes payments in INR only.", "currency");
        }

        if (fields.Group("upi", required: true) is not { } upi)
        {
            return payment;
        }

        var flow = upi.Text("flow", required: true);
        var vpa = flow == "collect" ? upi.Text("vpa", required: true) : null;
        var minutes = flow == "collect" ? upi.Integer("expiry_time") : null;
        if (flow is not (null or "collect" or "intent"))
        {
            upi.Refuse("The selected flow is invalid.", "flow");
        }

        if (vpa is not null && !IsVpa(vpa))
        {
            upi.Refuse("Invalid VPA. Please enter a valid Virtual Payment Address", "vpa");
        }

        if (minutes is < 1 or > 64800)
        {
            upi.Refuse("The expiry time must be between 1 and 64800 minutes.", "expiry_time");
        }

        fields.Finish(upi);
        return payment with
        {
            UpiFlow = flow,
            Vpa = vpa?.ToLowerInvariant(),
            ExpiresAt = minutes is { } wanted ? now.AddMinutes(wanted).ToUnixTimeMilliseconds() : payment.ExpiresAt,
        };
    }
}

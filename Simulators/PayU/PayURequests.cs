using System.Buffers;
using System.Net;
using System.Text.RegularExpressions;

namespace PaymentCluster.Simulators.PayU;

/// <summary>Reads and checks what <c>_payment</c> is sent.</summary>
internal static partial class PayURequests
{
    private const string InvalidField = "E1101";

    private static readonly SearchValues<char> NotInTxnId = SearchValues.Create("><=:&'");

    private static readonly HashSet<string> Known = new(
        (
            "key txnid amount productinfo firstname lastname email phone surl furl curl hash address1 address2 city "
                + "state country zipcode "
                + "udf1 udf2 udf3 udf4 udf5 udf6 udf7 udf8 udf9 udf10 pg bankcode ccnum ccname ccvv ccexpmon ccexpyr "
                + "store_card "
                + "user_credentials store_card_token storecard_token_type vpa upiAppName txn_s2s_flow s2s_client_ip "
                + "s2s_device_info "
                + "pre_authorize expiry_time splitRequest enforce_paymethod").Split(' '),
        StringComparer.Ordinal);

    private static readonly HashSet<string> Apps = new(
        "phonepe googlepay paytm bhim cred amazonpay whatsapp genericintent MQR".Split(' '), StringComparer.Ordinal);

    /// <summary>What is wrong with a request before anyone looks for its account; null if nothing is.</summary>
    public static PayUFailure? Objection(PayUForm form)
    {
        string[] required =
        [
            "key", "txnid", "amount", "productinfo", "firstname", "email", "phone", "surl", "furl", "hash",
        ];
        var (txnId, amount) = (form["txnid"], PayUIds.Paise(form["amount"]));
        // PayU's own tolerance is not documented; a name that the documents lack would be a mistake of ours.
        return (
            form.Names.FirstOrDefault(name => !Known.Contains(name)),
            required.FirstOrDefault(name => !form.Has(name))) switch
        {
            ({ } unknown, _) => Invalid($"{unknown} is not a parameter"),
            (_, { } missing) => Invalid($"{missing} is missing"),
            _ when txnId.Length > 50 || txnId.AsSpan().ContainsAny(NotInTxnId) => Invalid("txnid is not valid"),
            _ when amount is null or <= 0 => Invalid("amount is not valid"),
            _ when form["productinfo"].Length > 100 => Invalid("productinfo is too long"),
            _ when form["firstname"].Length > 60 => Invalid("firstname is too long"),
            _ when form["email"].Length > 50 || !Email().IsMatch(form["email"]) => Invalid("email is not valid"),
            _ when !Phone().IsMatch(form["phone"]) => Invalid("phone is not valid"),
            _ when !IsUrl(form["surl"]) || !IsUrl(form["furl"]) => Invalid("surl and furl must be addresses"),
            _ when Enumerable.Range(1, 10).Any(n => form[$"udf{n}"].Length > 255) => Invalid("a udf is too long"),
            _ when form["pre_authorize"] is not ("" or "1") => Invalid("pre_authorize is not valid"),
            _ => null,
        };
    }

    public static bool IsSigned(PayUForm form, PayUAccount account) => PayUHash.AreEqual(
        form["hash"],
        PayUHash.OfPayment(
            form["key"], form["txnid"], form["amount"], form["productinfo"], form["firstname"], form["email"],
            UdfsOf(form), account.Salt, form.Has("splitRequest") ? form["splitRequest"] : null));

    /// <summary>What is wrong with how it is to be paid; null if nothing is.</summary>
    public static PayUFailure? MethodObjection(PayUForm form, bool isServer)
    {
        var (pg, bankCode) = (form["pg"], form["bankcode"]);
        if (isServer && form["txn_s2s_flow"] != "4")
        {
            return Invalid("txn_s2s_flow is not valid");
        }

        if (isServer && (!IPAddress.TryParse(form["s2s_client_ip"], out _) || !form.Has("s2s_device_info")))
        {
            return Invalid("s2s_client_ip and s2s_device_info are mandatory");
        }

        // The customer's browser carries no card: that is what the hosted page is for.
        if (!isServer && (form.Has("ccnum") || form.Has("ccvv")))
        {
            return Invalid("card data must not come with the hosted form");
        }

        return (pg, bankCode) switch
        {
            ("", "") when !isServer => null,
            ("CC" or "DC", "") when !isServer => null,
            ("CC" or "DC", "CC" or "VISA" or "MAST" or "RUPAY" or "AMEX" or "DINR" or "MAES") when isServer =>
                CardObjection(form),
            ("NB" or "CASH" or "BNPL", _) => Code().IsMatch(bankCode) ? null : Invalid("bankcode is not valid"),
            ("UPI", "UPI") => PayUCommands.IsVpa(form["vpa"]) ? null : Invalid("vpa is not valid"),
            ("UPI", "INTENT") when isServer => !Apps.Contains(form["upiAppName"]) ? Invalid("upiAppName is not valid")
                : PayUIds.Paise(form["amount"]) < 100 ? Invalid("amount must be at least 1.00")
                : null,
            ("DBQR", "UPIDBQR") when isServer =>
                form["expiry_time"].All(char.IsAsciiDigit) ? null : Invalid("expiry_time is not valid"),
            _ => new PayUFailure("E907", "Wrong payment method selected.", "WRONG_PAYMENT_METHOD"),
        };
    }

    public static PayUPayment Read(
        PayUForm form, PayUAccount account, long now, bool isServer, PayUKeptCard? kept) => new()
        {
            Id = PayUIds.Payment(),
            Key = account.Key,
            TxnId = form["txnid"],
            AmountText = form["amount"],
            Amount = PayUIds.Paise(form["amount"])!.Value,
            ProductInfo = form["productinfo"],
            FirstName = form["firstname"],
            LastName = form["lastname"],
            Email = form["email"],
            Phone = form["phone"],
            Udfs = UdfsOf(form),
            Pg = form.Has("pg") ? form["pg"] : null,
            BankCode = form.Has("bankcode") ? form["bankcode"] : null,
            Vpa = form.Has("vpa") ? form["vpa"] : null,
            Card = kept?.Card ?? (form.Has("ccnum") ? CardOf(form) : null),
            KeepFor = form["store_card"] == "1" && form.Has("user_credentials") ? form["user_credentials"] : null,
            SuccessUrl = form["surl"],
            FailureUrl = form["furl"],
            Hosted = !isServer,
            PreAuthorize = form["pre_authorize"] == "1",
            CreatedAt = now,
            ExpiresAt = form.Has("expiry_time") ? now + (1000 * long.Parse(form["expiry_time"])) : 0,
            ChangedAt = now,
        };

    public static PayUFailure Invalid(string what) => new(InvalidField, $"Parameter validation failed: {what}", what);

    private static List<string> UdfsOf(PayUForm form) =>
        [form["udf1"], form["udf2"], form["udf3"], form["udf4"], form["udf5"]];

    private static PayUFailure? CardObjection(PayUForm form)
    {
        if (form.Has("store_card_token"))
        {
            return form["storecard_token_type"] == "0" && form.Has("user_credentials") && !form.Has("ccnum")
                ? null
                : Invalid("a stored card needs storecard_token_type 0 and user_credentials");
        }

        return form switch
        {
            _ when !IsCard(form["ccnum"]) => Invalid("ccnum is not valid"),
            _ when !form.Has("ccname") => Invalid("ccname is missing"),
            _ when !Cvv().IsMatch(form["ccvv"]) => Invalid("ccvv is not valid"),
            _ when !Month().IsMatch(form["ccexpmon"]) || !Year().IsMatch(form["ccexpyr"]) =>
                Invalid("the expiry is not valid"),
            _
                when form["store_card"] == "1"
                    && !form["user_credentials"].StartsWith(form["key"] + ":", StringComparison.Ordinal) =>
                Invalid("user_credentials are not valid"),
            _ => null,
        };
    }

    private static PayUCard CardOf(PayUForm form)
    {
        var number = form["ccnum"];
        return new PayUCard
        {
            Masked = string.Concat(
                number.AsSpan(0, 6), new string('X', number.Length - 10), number.AsSpan(number.Length - 4)),
            Name = form["ccname"],
            Network = number[0] switch { '4' => "VISA", '5' or '2' => "MAST", '3' => "AMEX", _ => "RUPAY" },
            ExpiryMonth = form["ccexpmon"],
            ExpiryYear = form["ccexpyr"],
            Failure = PayUFailures.OfCard(number),
        };
    }

    private static bool IsCard(string number)
    {
        if (number.Length is < 12 or > 19 || !number.All(char.IsAsciiDigit))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = (number[^(i + 1)] - '0') * (1 + (i % 2));
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    private static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    [GeneratedRegex("^[^@ ]+@[^@ ]+\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Email();

    [GeneratedRegex("^\\+?[0-9]{8,15}\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Phone();

    [GeneratedRegex("^[A-Z0-9]{2,20}\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Code();

    [GeneratedRegex("^[0-9]{3,4}\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Cvv();

    [GeneratedRegex("^(0[1-9]|1[0-2])\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Month();

    [GeneratedRegex("^20[0-9]{2}\\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Year();
}

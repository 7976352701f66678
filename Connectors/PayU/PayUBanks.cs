using System.Collections.Frozen;

namespace PaymentCluster.Connectors.PayU;

/// <summary>PayU's names of banks, by the four letters that begin a bank's IFSC (docs.payu.in/docs/net-banking-codes;
/// retail banking where a bank has two). Some of PayU's names are other banks' letters, so nothing is passed on that is
/// not in the table.</summary>
internal static class PayUBanks
{
    private static readonly FrozenDictionary<string, string> Codes = new Dictionary<string, string>(
        StringComparer.Ordinal)
    {
        ["AIRP"] = "AIRNB", ["AUBL"] = "AUSFNB", ["BARB"] = "BBRB", ["BDBL"] = "BANDNB", ["BKID"] = "BOINB",
        ["CBIN"] = "CBIB", ["CIUB"] = "CUBB", ["CNRB"] = "CABB", ["COSB"] = "CSMSNB", ["CSBK"] = "CSBN",
        ["DCBL"] = "DCBB", ["DEUT"] = "DSHB", ["DLXB"] = "DLSB", ["FDRL"] = "FEDB", ["HDFC"] = "HDFB",
        ["IBKL"] = "IDBB", ["ICIC"] = "ICIB", ["IDFB"] = "IDFCNB", ["IDIB"] = "INDB", ["INDB"] = "INIB",
        ["IOBA"] = "INOB", ["KKBK"] = "162B", ["MAHB"] = "BOMB", ["PUNB"] = "PNBB", ["SBIN"] = "SBIB",
        ["UBIN"] = "UBIB", ["UTIB"] = "AXIB", ["YESB"] = "YESB",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>PayU's name of a bank; null if it is not known.</summary>
    public static string? CodeOf(string? bank) =>
        bank is not null && Codes.TryGetValue(bank, out var code) ? code : null;
}

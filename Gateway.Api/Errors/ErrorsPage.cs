using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>The error reference: the page that <c>type</c> of each problem leads to, and the table of
/// <c>docs/errors.md</c>.</summary>
internal static class ErrorsPage
{
    /// <summary>The reference as a Markdown table, one line per code.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder("| Code | HTTP | Retry helps | Meaning |\n|---|---|---|---|\n");
        foreach (var entry in ErrorCatalogue.All)
        {
            var retry = entry.Retryable ? "yes" : "no";
            text.Append(
                CultureInfo.InvariantCulture, $"| `{entry.Name}` | {entry.HttpStatus} | {retry} | {entry.Meaning} |\n");
        }

        return text.ToString();
    }

    /// <summary>The reference as a page.</summary>
    public static string Html()
    {
        var text = new StringBuilder(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Errors</title><style>"
            + "body{font:16px/1.5 system-ui;margin:2rem}:target{background:#ff8}"
            + "td,th{text-align:left;padding:.3rem 1rem .3rem 0;vertical-align:top}</style></head><body><h1>Errors</h1>"
            + "<table><tr><th>Code<th>HTTP<th>Retry helps<th>Meaning</tr>");
        foreach (var entry in ErrorCatalogue.All)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<tr id=\"{entry.Name}\"><td><code>{entry.Name}</code>"
                    + $"<td>{entry.HttpStatus}<td>{(entry.Retryable ? "yes" : "no")}")
                .Append("<td>").Append(HtmlEncoder.Default.Encode(entry.Meaning)).Append("</tr>");
        }

        return text.Append("</table></body></html>").ToString();
    }
}

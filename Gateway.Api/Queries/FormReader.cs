using Microsoft.AspNetCore.Http.Features;
using PaymentCluster.Gateway.Api.Errors;

namespace PaymentCluster.Gateway.Api.Queries;

/// <summary>Reads the forms that browsers send.</summary>
internal static class FormReader
{
    private static readonly FormOptions Limits = new()
    {
        BufferBody = false,
        BufferBodyLengthLimit = 16 * 1024,
        ValueCountLimit = 32,
        KeyLengthLimit = 64,
        ValueLengthLimit = 1024,
    };

    /// <summary>The fields of the form.</summary>
    /// <exception cref="ProblemException">It is no form, malformed, or has too many or too long fields.</exception>
    public static async Task<IFormCollection> ReadAsync(HttpContext http)
    {
        var feature = new FormFeature(http.Request, Limits);
        if (!feature.HasFormContentType)
        {
            throw new ProblemException(
                ErrorCode.UnsupportedMediaType, "Send the form as application/x-www-form-urlencoded.");
        }

        http.Features.Set<IFormFeature>(feature);
        try
        {
            return await feature.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception exception) when (exception is InvalidDataException
            or BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest })
        {
            throw new ProblemException(
                ErrorCode.InvalidField, "The form is malformed, or has too many or too long fields.");
        }
    }
}

using System.Text;
using QRCoder;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>UPI links as QR codes.</summary>
internal static class PaymentQr
{
    private const int PixelsPerModule = 8;

    /// <summary>What a QR code holds at its low correction level; a UPI link has some hundred bytes.</summary>
    private const int MaxBytes = 2_000;

    public static bool Fits(string link) => Encoding.UTF8.GetByteCount(link) <= MaxBytes;

    public static byte[] Svg(string link)
    {
        using var data = Encode(link);
        using var svg = new SvgQRCode(data);
        return Encoding.UTF8.GetBytes(svg.GetGraphic(PixelsPerModule));
    }

    public static byte[] Png(string link)
    {
        using var data = Encode(link);
        using var png = new PngByteQRCode(data);
        return png.GetGraphic(PixelsPerModule);
    }

    private static QRCodeData Encode(string link) =>
        QRCodeGenerator.GenerateQrCode(link, QRCodeGenerator.ECCLevel.L, forceUtf8: true);
}

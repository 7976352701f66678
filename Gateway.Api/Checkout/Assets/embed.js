// Shows the checkout page in a frame over a shop's own page:
//   PaymentCluster.open({ url: checkout_url, onSuccess, onFailure, onClose })
// What it tells is for the page alone; the shop's server learns the outcome from the API or a webhook.
'use strict';
window.PaymentCluster = (() => {
    const server = new URL(document.currentScript.src).origin;

    function open({ url, onSuccess, onFailure, onClose }) {
        const page = new URL(url);
        if (page.origin !== server) throw new Error(`${url} is not a checkout page of ${server}.`);
        page.searchParams.set('framed', '1');

        const dialog = document.createElement('dialog');
        dialog.setAttribute('aria-label', 'Checkout');
        dialog.style.cssText = 'width:min(32rem,100vw);height:min(48rem,100vh);max-width:100vw;max-height:100vh;padding:0;border:0;border-radius:.5rem';
        const frame = document.createElement('iframe');
        frame.src = page.href;
        frame.title = 'Checkout';
        frame.style.cssText = 'width:100%;height:100%;border:0;display:block';
        frame.allow = 'payment';
        const close = document.createElement('button');
        close.type = 'button';
        close.textContent = '×';
        close.setAttribute('aria-label', 'Close');
        close.style.cssText = 'position:absolute;top:.25rem;right:.25rem;width:2.75rem;height:2.75rem;min-height:0;margin:0;padding:0;border:0;border-radius:50%;font:1.5rem/1 system-ui;cursor:pointer';
        dialog.append(frame, close);

        let last = null;
        function hear(event) {
            if (event.origin !== server || event.source !== frame.contentWindow || event.data?.source !== 'paymentcluster') return;
            const { payment, status, stage } = event.data;
            if (status === last) return;
            last = status;
            if (stage === 'done' && (status === 'SUCCESS' || status === 'AUTHORIZED')) onSuccess?.({ payment, status });
            else if (status === 'FAILED' || status === 'CANCELLED' || status === 'EXPIRED') onFailure?.({ payment, status });
        }
        window.addEventListener('message', hear);
        close.addEventListener('click', () => dialog.close());
        dialog.addEventListener('close', () => {
            window.removeEventListener('message', hear);
            dialog.remove();
            onClose?.({ status: last });
        });
        document.body.append(dialog);
        dialog.showModal();
        return { close: () => dialog.close() };
    }

    return { open };
})();

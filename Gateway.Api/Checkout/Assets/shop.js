// The demo shop's own script: what a shop writes to show the checkout page over its own.
'use strict';
document.getElementById('over').addEventListener('click', async event => {
    const outcome = document.getElementById('outcome');
    const response = await fetch('/demo/buy', {
        method: 'POST', body: new URLSearchParams(new FormData(event.target.form)), headers: { Accept: 'text/plain' },
    });
    if (!response.ok) { outcome.textContent = (await response.json()).detail; return; }
    window.PaymentCluster.open({
        url: await response.text(),
        onSuccess: ({ payment }) => { outcome.textContent = `Paid: ${payment}`; },
        onFailure: ({ status }) => { outcome.textContent = `Not paid: ${status}`; },
        onClose: ({ status }) => { if (!status) outcome.textContent = 'The checkout was closed.'; },
    });
});

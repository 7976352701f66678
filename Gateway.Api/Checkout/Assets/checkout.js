// Makes the page quicker: says what is wrong while it is typed, follows the payment live, and tells a shop that shows the page in a
// frame how it ended. Everything here has a plain way without it.
'use strict';
(() => {
    const body = document.body;
    const { payment, token, stage, status } = body.dataset;

    // The link that opened a framed page has its secret; what the page goes on with is its own token.
    if (location.search.includes('key=')) history.replaceState(null, '', location.pathname);

    // ---- Cards ----------------------------------------------------------------------------------------------------------------

    const networks = [
        ['amex', /^3[47]/], ['diners', /^3(0[0-5]|[689])/], ['jcb', /^35/], ['visa', /^4/],
        ['rupay', /^(508[5-9]|60(69|8[0-9])|65(2[1-9]|3[0-2])|81|82)/],
        ['mastercard', /^(5[1-5]|2(22[1-9]|2[3-9]|[3-6]|7[01]|720))/], ['discover', /^(6011|64[4-9]|65)/], ['maestro', /^(5[06-9]|6)/],
    ];
    const digitsOf = text => text.replace(/\D/g, '');
    const networkOf = digits => (networks.find(([, form]) => form.test(digits)) || [''])[0];

    function hasLuhnDigit(digits) {
        let sum = 0;
        for (let i = 0; i < digits.length; i++) {
            let digit = +digits[digits.length - 1 - i];
            if (i % 2 && (digit *= 2) > 9) digit -= 9;
            sum += digit;
        }
        return sum % 10 === 0;
    }

    function group(digits, network) {
        const sizes = network === 'amex' ? [4, 6, 5] : [4, 4, 4, 4, 3];
        const groups = [];
        for (let at = 0, i = 0; at < digits.length; at += sizes[i], i++) groups.push(digits.slice(at, at + (sizes[i] || 4)));
        return groups.join(' ');
    }

    const isVpa = text => /^[\w.-]{2,190}@[A-Za-z][A-Za-z0-9.-]{1,63}$/.test(text);
    const unknownVpas = new Set();

    const tests = {
        number: text => { const d = digitsOf(text); return d.length >= 12 && d.length <= 19 && hasLuhnDigit(d); },
        expiry: text => {
            const d = digitsOf(text), month = +d.slice(0, 2), year = +d.slice(-2) + 2000, now = new Date();
            return (d.length === 4 || d.length === 6) && month >= 1 && month <= 12
                && (year > now.getFullYear() || (year === now.getFullYear() && month > now.getMonth()));
        },
        cvv: (text, form) => {
            const wanted = networkOf(digitsOf(form.elements.number.value)) === 'amex' ? 4 : 3;
            return new RegExp(`^\\d{${wanted}}$`).test(text);
        },
        code: text => /^\d{3,4}$/.test(text),
        name: text => text.trim().length > 0,
        vpa: text => isVpa(text.trim()) && !unknownVpas.has(text.trim()),
        choice: text => text !== '',
    };

    function check(input) {
        const test = tests[input.name.replace(/-\d+$/, '')];
        if (!test) return true;
        const fits = test(input.value, input.form);
        const error = input.parentElement.querySelector('.error');
        input.setAttribute('aria-invalid', String(!fits));
        error.textContent = fits ? '' : unknownVpas.has(input.value.trim())
            ? input.form.querySelector('.verified').dataset.unknown
            : error.dataset.message;
        return fits;
    }

    // ---- UPI ids, verified as they are entered ------------------------------------------------------------------------------

    let verifying = 0;

    async function verify(input) {
        const place = input.form.querySelector('.verified');
        const vpa = input.value.trim(), turn = ++verifying;
        place.textContent = '';
        if (!isVpa(vpa) || unknownVpas.has(vpa)) return;
        await pause(500);
        if (turn !== verifying) return;
        try {
            const response = await fetch(`/checkout/${payment}/upi`, {
                method: 'POST', body: JSON.stringify({ vpa }),
                headers: { 'Checkout-Token': token, 'Content-Type': 'application/json' },
            });
            // If it cannot be verified now, the payment itself will show whether it is valid.
            if (!response.ok || turn !== verifying) return;
            const { valid, name } = await response.json();
            if (turn !== verifying) return;
            if (valid) {
                place.textContent = name ? place.dataset.named.replace('{name}', name) : place.dataset.verified;
                return;
            }
            unknownVpas.add(vpa);
            check(input);
        } catch {
            // As above.
        }
    }

    function format(input) {
        const digits = digitsOf(input.value);
        const atEnd = input.selectionStart === input.value.length;
        if (input.name === 'number') {
            const network = networkOf(digits);
            input.closest('form').querySelector('.network').textContent = network;
            if (atEnd) input.value = group(digits.slice(0, 19), network);
        } else if (input.name === 'expiry' && atEnd && !/^\d{2}\s*\/?\s*$/.test(input.value)) {
            input.value = digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2, 6)}` : digits;
        }
    }

    document.addEventListener('input', event => {
        format(event.target);
        if (event.target.name === 'vpa') verify(event.target);
        // An error is shown only when the field is complete, and removed as soon as it is right.
        if (event.target.getAttribute('aria-invalid') === 'true') check(event.target);
    });
    document.addEventListener('change', event => { if (event.target.value) check(event.target); });
    document.addEventListener('submit', event => {
        const form = event.target;
        const wrong = [...form.elements].filter(input => input.name && !check(input));
        if (wrong.length > 0) {
            event.preventDefault();
            wrong[0].focus();
            return;
        }
        // A second click sends nothing a second time; and were it sent, the payment would know it.
        if (form.dataset.sent) { event.preventDefault(); return; }
        if (form.target !== '_blank') {
            form.dataset.sent = 'true';
            form.querySelector('button').setAttribute('disabled', '');
        }
    });
    // Back from a bank's page, the browser may show this one as it was left.
    window.addEventListener('pageshow', event => {
        if (!event.persisted) return;
        document.querySelectorAll('form[data-sent]').forEach(form => delete form.dataset.sent);
        show();
    });

    // ---- The payment, live ----------------------------------------------------------------------------------------------------

    const show = () => {
        // A form that is on its way leads on by itself.
        if (document.querySelector('form[data-sent]')) return;
        const framed = document.querySelector('form[data-show]');
        if (framed) framed.submit();
        else location.replace(location.href.replace(/([?&])go=1&?/, '$1'));
    };

    const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

    // Each response comes when the status is another one, or after a while.
    async function watch() {
        for (let failures = 0, wait = 0; ; ) {
            try {
                const response = await fetch(`/checkout/${payment}/status?known=${status}`, { headers: { 'Checkout-Token': token } });
                // The page has expired: nothing that it could send is taken.
                if (response.status === 401 || response.status === 404) return;
                // The server says when it takes the next one.
                wait = response.ok ? 0 : 1000 * (+response.headers.get('Retry-After') || 0);
                if (!response.ok) throw new Error(String(response.status));
                if ((await response.json()).status !== status) { show(); return; }
                failures = 0;
            } catch {
                await pause(Math.max(wait, Math.min(1000 * 2 ** ++failures, 15000)));
            }
        }
    }

    function count(element) {
        const left = Math.max(0, +element.dataset.until - Math.floor(Date.now() / 1000));
        const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
        element.textContent = element.dataset.text.replace('{time}', time);
        if (left > 0) setTimeout(() => count(element), 1000);
    }

    if (stage === 'act' || stage === 'wait' || body.dataset.replaces) watch();
    document.querySelectorAll('[data-until]').forEach(count);
    document.querySelector('form[data-goes-on]')?.submit();

    // ---- In a shop's frame ----------------------------------------------------------------------------------------------------

    if (body.dataset.origins && window.parent !== window) {
        for (const origin of body.dataset.origins.split(' ')) {
            window.parent.postMessage({ source: 'paymentcluster', payment, status, stage }, origin);
        }
    }
})();

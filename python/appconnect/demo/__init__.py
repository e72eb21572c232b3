"""Two companies' applications, and the three calls of `appconnect demo` across them.

Example Retail answers its telephone number with a front desk (`front_desk`). To take a payment it hands the
caller over to the application of another account, Example Pay (`payments`), which collects the card number
that Example Retail must not see, and gives the call back with a receipt. Both are real web applications,
served over HTTP on loopback; they write TwiML with the `twilio` package and verify signatures with it.

`appconnect.demo.calls` places the calls and says what should have come of them. Nothing here prints: whoever
runs the calls gets the events, and `appconnect.cli` draws them.

It needs the extra: `pip install 'twiml-appconnect[demo]'`.
"""

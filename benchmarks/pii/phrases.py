"""Sentences around personal data: for each entity, those of the tuning half and those of the test half; none is in both.

`{}` is where the value goes. The entities' names are Assay's; `STREET_ADDRESS` is measured apart for the UK and the US, a
password apart from a PIN. Sentences of customers' messages, forms, logs and notes, written for this corpus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.pii import values as v


@dataclass(frozen=True)
class Kind:
    """One kind of personal data: its entity, how a value is made and the sentences it stands in, one a line."""

    name: str
    entity: str
    make: Callable[[Random, v.Half], str]
    tuning: str
    test: str

    def phrases(self, half: v.Half) -> list[str]:
        return [line.strip() for line in getattr(self, half).strip().splitlines()]


POSITIVE = (
    Kind("email", "EMAIL_ADDRESS", v.email, """
        My email is {} if you need it
        please write to {} about the refund
        contact: {}
        {} is the address on the account
        I changed my e-mail to {}, can you update it?
        From: {}
        reset link never reached {}.
        cc {} and close the ticket
        <{}>
        user={} status=active
        """, """
        You can reach me at {}.
        send the receipt to {} please
        The login I use is {}
        e-mail:{}
        Registered address {} no longer works
        nothing has arrived in {}, not even in spam
        mailto:{}
        Customer ({}) asked for a call back
        forward it on to {} thanks
        owner="{}"
        """),
    Kind("phone", "PHONE_NUMBER", v.phone, """
        call me on {} after five
        My phone number is {}
        tel: {}
        you can text {} any time
        Mobile {} (mornings only)
        please ring {} and ask for the manager
        my new number is {}
        Phone: {}, no voicemail
        contact number {}
        WhatsApp me on {} please
        """, """
        Give me a ring on {} tomorrow
        the best telephone number is {}
        I can be reached on {} until noon
        Tel {}
        home phone {} not in service
        send an sms to {} when the driver is near
        mobile number: {}
        Please phone {} before delivery.
        my landline {} has been dead since Monday
        Called {} twice, no reply
        """),
    Kind("card", "CREDIT_CARD", v.card, """
        my card number is {}
        Card: {}
        I was charged twice on {}
        please take it from {} instead
        the visa ending... sorry, the whole number is {}
        pay with {} exp 04/27
        credit card {} was declined
        debit card no. {}
        """, """
        I paid with card {} last night
        the long number across the front is {}
        remove {} from my account
        Mastercard {} keeps failing
        Payment method: {}
        charge it to {} please
        card no {} cvv 123
        is {} still saved as my default card?
        """),
    Kind("iban", "IBAN_CODE", v.iban, """
        please pay it to IBAN {}
        {} is my account
        refund to {} please
        bank details: {}
        our iban {} has changed
        Transfer went to {} by mistake
        """, """
        send the money to {}
        My IBAN: {}
        the correct account is {}, not the old one
        Direct debit from {} failed
        Beneficiary {}
        can you credit {} instead?
        """),
    Kind("ip", "IP_ADDRESS", v.ip, """
        login from {} blocked
        my IP is {}
        client={} method=GET
        someone at {} signed in to my account
        server {} does not answer
        Connection refused by {}
        remote_addr: {}
        """, """
        Sign-in attempt from IP address {}
        host {} is not reachable
        Last seen at {}
        ping {} times out
        src={} dst=gateway
        I cannot connect, my address is {}
        blocked {} after five failures
        """),
    Kind("mac", "MAC_ADDRESS", v.mac, """
        MAC address {}
        the router says {}
        device {} cannot join the wifi
        hwaddr={}
        Adapter: {}
        """, """
        my laptop's mac is {}
        ether {} txqueuelen 1000
        Please whitelist {}
        unknown device {} on my network
        physical address: {}
        """),
    Kind("url", "PERSONAL_URL", v.personal_url, """
        my profile is {}
        see {} for the history
        the link {} does not open
        I got {} in the mail
        click {}
        page: {}
        """, """
        here is my page: {}
        {} gives an error
        I followed {} and nothing happened
        Opened {} in Chrome
        the address bar shows {}
        visit {} please
        """),
    Kind("wallet", "CRYPTO", v.wallet, """
        send it to my wallet {}
        BTC address: {}
        I withdrew to {} yesterday
        the coins went to {}
        my crypto address is {}
        """, """
        Withdrawal to {} pending
        please use {} for the payout
        wallet {} shows no balance
        I paid {} from the exchange
        deposit address {}
        """),
    Kind("nhs", "UK_NHS", v.nhs, """
        my NHS number is {}
        NHS no: {}
        patient {} was seen in clinic
        the hospital has me as {}
        GP surgery needs NHS {}
        nhs number {} if that helps
        """, """
        NHS: {}
        Her NHS number, {}, is on the letter
        Please look up patient {}
        the surgery registered me under {}
        NHS Number {} DOB on file
        quote nhs no {} at reception
        """),
    Kind("nino", "UK_NINO", v.nino, """
        my national insurance number is {}
        NI number: {}
        NINO {}
        {} is on my payslip
        please update {} on the payroll
        NI no. {}
        """, """
        National Insurance {}
        the HMRC letter shows {}
        ni: {}
        my NI is {} and my name has changed
        Employee {} left in March
        nino = {}
        """),
    Kind("utr", "UK_UTR", v.utr, """
        my UTR is {}
        UTR: {}
        unique taxpayer reference {}
        tax reference {}
        self assessment UTR number {}
        """, """
        HMRC gave me UTR {}
        Unique Taxpayer Reference: {}
        the utr no. is {}
        UTR ({})
        Taxpayer reference number {}
        My utr number's {}
        """),
    Kind("bank", "UK_BANK_ACCOUNT", v.sort_and_account, """
        sort code and account number: {}
        pay into {} please
        my bank details are {}
        refund to {}
        account {}
        """, """
        BACS {}
        the account is {}
        please send it to {} by Friday
        Bank: {}
        salary goes to {}
        """),
    Kind("sort code", "UK_BANK_ACCOUNT", lambda r, h: v.of_half(lambda s: v._grouped(v.digits(s, 6), 2, 2, 2, mark=s.choice(["-", " ", ""])), r, h), """
        sort code {}
        my sort code is {}
        Sort Code: {}
        sortcode {} please check
        """, """
        the sort code's {}
        Sort code = {}
        s/c {}
        sort code {}, same bank
        """),
    Kind("account", "UK_BANK_ACCOUNT", lambda r, h: v.of_half(lambda s: v.digits(s, 8), r, h), """
        account number {}
        account no: {}
        my account number is {}
        a/c {}
        bank account {}
        """, """
        Account Number: {}
        acct no. {}
        the account number's {}
        bank account number {}
        a/c no {}
        """),
    Kind("vat", "UK_VAT", v.vat, """
        our VAT number is {}
        VAT no. {}
        VAT registration {}
        VAT: {}
        VAT reg no {}
        """, """
        VAT number {}
        my vat no is {}
        vat registration number: {}
        Please add VAT {} to the invoice
        VAT Reg. {}
        """),
    Kind("chi", "UK_CHI", v.chi, """
        CHI number {}
        my CHI is {}
        CHI: {}
        community health index {}
        """, """
        chi no. {}
        Community Health Index number: {}
        the patient's CHI {}
        CHI = {}
        """),
    Kind("licence", "UK_DRIVING_LICENCE", v.driving_licence, """
        my driving licence number is {}
        licence {}
        DVLA: {}
        driver licence no {}
        driving license {} expired
        """, """
        Driving licence: {}
        the licence number is {}
        DVLA wants {} on the form
        driver number {}
        my license is {}
        """),
    Kind("passport", "UK_PASSPORT", v.passport, """
        my passport number is {}
        passport {}
        Passport no: {}
        travel document {}
        passport number {} expires soon
        """, """
        Passport: {}
        the number in my passport is {}
        passport no. {} was lost
        British passport {}
        UK passport number {}
        """),
    Kind("plate", "UK_VEHICLE_REGISTRATION", v.plate, """
        my car registration is {}
        reg {}
        number plate {}
        the van {} was parked outside
        vehicle {} failed its MOT
        VRN: {}
        """, """
        Registration number {}
        the plate is {}
        my car is {}
        Vehicle reg: {}
        log book for {} please
        insured car {}
        """),
    Kind("postcode", "UK_POSTCODE", v.postcode, """
        my postcode is {}
        post code {}
        deliver it to {}
        I live at {}
        address: {}
        I have moved to {}
        postcode: {}
        """, """
        Postcode {}
        the new postcode's {}
        please ship to {}
        delivery postcode = {}
        my address is in {}
        We are moving house to {}
        post code: {}
        """),
    Kind("uk address", "STREET_ADDRESS", v.uk_address, """
        I live at {}.
        deliver to {}.
        my address is {}.
        Address: {}
        moved from {}.
        The parcel went to {} instead.
        """, """
        Please send it to {}.
        home address {}
        I have just moved to {}.
        Delivery address: {}
        the driver left it at {}.
        my mother's at {} now
        """),
    Kind("us address", "STREET_ADDRESS", v.us_address, """
        I live at {}.
        ship to {}.
        my address is {}
        Address: {}
        moved from {}.
        """, """
        Please send it to {}.
        home address {}
        Billing address: {}
        the driver left it at {}.
        bill to {}
        """),
    Kind("birth", "DATE_OF_BIRTH", v.birth, """
        my date of birth is {}
        DOB: {}
        I was born on {}
        born {}
        date of birth {}
        d.o.b. {}
        Patient DOB {}
        """, """
        Date of Birth: {}
        dob {}
        she was born on {}
        my DOB's {}
        Birth date {}
        his birthday is {}
        DoB - {}
        """),
    Kind("key", "API_KEY", v.api_key, """
        my key is {}
        export TOKEN={}
        I pasted {} by mistake
        Authorization: Bearer {}
        it fails with {}
        """, """
        config has "{}"
        the token {} has leaked
        curl -H "Authorization: Bearer {}"
        KEY = '{}'
        please revoke {}
        """),
    Kind("labelled key", "API_KEY", v.labelled_key, """
        api key: {}
        api_key={}
        my client secret is {}
        access token {}
        """, """
        API-Key: {}
        the secret key is {}
        auth_token={}
        apikey = "{}"
        """),
    Kind("password", "PASSWORD", v.password, """
        my password is {}
        password: {}
        pwd={}
        Password was {}
        passcode: {}
        """, """
        the password is {}
        Password = {}
        pw: {}
        passwd: {}
        my old password was {}
        """),
    Kind("pin", "PASSWORD", v.pin, """
        my PIN is {}
        pin: {}
        PIN code is {}
        """, """
        the pin is {}
        PIN = {}
        pin number is {}
        """),
)  # fmt: skip

# Around a third of the sentences, before or after; split between the halves like the pools.
OPENINGS = ["Hi,", "Hello,", "Good morning.", "Hi there,", "Dear team,", "Hey,", "Morning!", "To whom it may concern:"]
CLOSINGS = ["Thanks", "Thank you.", "Cheers", "Please help!", "Regards", "It is urgent.", "Many thanks", "Any idea why?"]

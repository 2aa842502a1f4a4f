"""Sentences around personal data: for each entity, those of the tuning half and those of the test half; none
is in both.

`{}` is where the value goes. The entities' names are Assay's; `STREET_ADDRESS` is measured apart for the UK
and the US, a password apart from a PIN. Sentences of customers' messages, forms, logs and notes, written for
this corpus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.pii import values as v


@dataclass(frozen=True)
class Kind:
    """One kind of personal data: its entity, how a value is made and the sentences it stands in, one a
    line.
    """

    name: str
    entity: str
    make: Callable[[Random, v.Half], str]
    tuning: str
    test: str

    def phrases(self, half: v.Half) -> list[str]:
        """The sentences of one half."""
        return [line.strip() for line in getattr(self, half).strip().splitlines()]


POSITIVE = (
    Kind(
        "email",
        "EMAIL_ADDRESS",
        v.email,
        """
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
            """,
        """
            Could you resend the voucher code to {}?
            I signed up with {} but never got a confirmation
            Reply-To: {}
            the wrong address was saved, it should be {} instead
            {} has been locked out since Tuesday
            Order 4471 was placed under {}, please merge it
            email={}&lang=en
            who owns {}?
            * {} (primary)
            Write me back at {}; I read it daily
            """,
    ),
    Kind(
        "phone",
        "PHONE_NUMBER",
        v.phone,
        """
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
            """,
        """
            if the courier gets lost he can call {}
            My mobile's {}
            you have my old number, the new phone number is {}
            Reach me on {} before 6pm
            phone={}
            please text me at {} when it is ready
            Fax: {}
            order 558812 - customer telephone {}
            whatsapp {} works best
            I tried to ring {} but nobody picked up
            Mob: {} / evenings
            """,
    ),
    Kind(
        "card",
        "CREDIT_CARD",
        v.card,
        """
            my card number is {}
            Card: {}
            I was charged twice on {}
            please take it from {} instead
            the visa ending... sorry, the whole number is {}
            pay with {} exp 04/27
            credit card {} was declined
            debit card no. {}
            I paid with card {} last night
            the long number across the front is {}
            remove {} from my account
            Mastercard {} keeps failing
            Payment method: {}
            charge it to {} please
            card no {} cvv 123
            is {} still saved as my default card?
            """,
        """
            Please put it on my card, {}
            card number: {}, expiry 09/28
            my Visa {} was used in a shop I have never been to
            refund goes back to credit card {}
            You still hold my card {} on file, delete it
            pan={}
            my new debit card is {}
            I typed the long card number {} three times
            """,
    ),
    Kind(
        "iban",
        "IBAN_CODE",
        v.iban,
        """
            please pay it to IBAN {}
            {} is my account
            refund to {} please
            bank details: {}
            our iban {} has changed
            Transfer went to {} by mistake
            send the money to {}
            My IBAN: {}
            the correct account is {}, not the old one
            Direct debit from {} failed
            Beneficiary {}
            can you credit {} instead?
            """,
        """
            kindly transfer the refund to {}
            IBAN={}
            account holder J Doe, IBAN {}, thank you
            I gave you {} last month
            The payee's IBAN is {} Please confirm
            debit {} on the first
            """,
    ),
    Kind(
        "ip",
        "IP_ADDRESS",
        v.ip,
        """
            login from {} blocked
            my IP is {}
            client={} method=GET
            someone at {} signed in to my account
            server {} does not answer
            Connection refused by {}
            remote_addr: {}
            Sign-in attempt from IP address {}
            host {} is not reachable
            Last seen at {}
            ping {} times out
            src={} dst=gateway
            I cannot connect, my address is {}
            blocked {} after five failures
            """,
        """
            Failed password from {} port 22
            my home IP address is {} and it is banned
            why is {} on your blocklist
            [client {}] denied
            traffic to {} drops every evening
            IP: {}
            request came from {} at noon
            """,
    ),
    Kind(
        "mac",
        "MAC_ADDRESS",
        v.mac,
        """
            MAC address {}
            the router says {}
            device {} cannot join the wifi
            hwaddr={}
            Adapter: {}
            my laptop's mac is {}
            ether {} txqueuelen 1000
            Please whitelist {}
            unknown device {} on my network
            physical address: {}
            """,
        """
            the sticker reads MAC {}
            add {} to the allow list
            DHCP lease for {}
            BSSID {} channel 6
            printer ({}) keeps dropping off the network
            """,
    ),
    Kind(
        "url",
        "PERSONAL_URL",
        v.personal_url,
        """
            my profile is {}
            see {} for the history
            the link {} does not open
            I got {} in the mail
            click {}
            page: {}
            here is my page: {}
            {} gives an error
            I followed {} and nothing happened
            Opened {} in Chrome
            the address bar shows {}
            visit {} please
            """,
        """
            this is me: {}
            when I open {} it says expired
            could you remove {} from search results
            bookmarked {} last week
            Referrer: {}
            they shared {} with everyone
            """,
    ),
    Kind(
        "wallet",
        "CRYPTO",
        v.wallet,
        """
            send it to my wallet {}
            BTC address: {}
            I withdrew to {} yesterday
            the coins went to {}
            my crypto address is {}
            Withdrawal to {} pending
            please use {} for the payout
            wallet {} shows no balance
            I paid {} from the exchange
            deposit address {}
            """,
        """
            bitcoin to {} please
            Payout wallet: {}
            tx sent to {}, not confirmed yet
            is {} your company's address?
            recipient={}
            """,
    ),
    Kind(
        "nhs",
        "UK_NHS",
        v.nhs,
        """
            my NHS number is {}
            NHS no: {}
            patient {} was seen in clinic
            the hospital has me as {}
            GP surgery needs NHS {}
            nhs number {} if that helps
            NHS: {}
            Her NHS number, {}, is on the letter
            Please look up patient {}
            the surgery registered me under {}
            NHS Number {} DOB on file
            quote nhs no {} at reception
            """,
        """
            NHS number: {}
            I am a patient, NHS no. {}, and I need my records
            My son's NHS number is {}.
            referral for NHS {} received
            The hospital wristband says {}
            GP practice quoted {} on the form
            """,
    ),
    Kind(
        "nino",
        "UK_NINO",
        v.nino,
        """
            my national insurance number is {}
            NI number: {}
            NINO {}
            {} is on my payslip
            please update {} on the payroll
            NI no. {}
            National Insurance {}
            the HMRC letter shows {}
            ni: {}
            my NI is {} and my name has changed
            Employee {} left in March
            nino = {}
            """,
        """
            Here is my NI number, {}
            National Insurance no: {}
            P60 shows {} as mine
            starter form: NINO={}
            the number {} is printed on my card
            please check {} with HMRC
            """,
    ),
    Kind(
        "utr",
        "UK_UTR",
        v.utr,
        """
            my UTR is {}
            UTR: {}
            unique taxpayer reference {}
            tax reference {}
            self assessment UTR number {}
            HMRC gave me UTR {}
            Unique Taxpayer Reference: {}
            the utr no. is {}
            UTR ({})
            Taxpayer reference number {}
            My utr number's {}
            """,
        """
            UTR no: {}
            my accountant gave me the UTR {}
            self-assessment unique taxpayer reference (UTR) {}
            Tax reference: {}
            company UTR is {}
            """,
    ),
    Kind(
        "bank",
        "UK_BANK_ACCOUNT",
        v.sort_and_account,
        """
            sort code and account number: {}
            pay into {} please
            my bank details are {}
            refund to {}
            account {}
            BACS {}
            the account is {}
            please send it to {} by Friday
            Bank: {}
            salary goes to {}
            """,
        """
            My bank account: {}
            transfer it into {} today
            old details {} are closed
            direct debit is set up on {}
            Payroll: {}
            """,
    ),
    Kind(
        "sort code",
        "UK_BANK_ACCOUNT",
        lambda r, h: v.of_half(
            lambda s: v._grouped(v.digits(s, 6), 2, 2, 2, mark=s.choice(["-", " ", ""])), r, h
        ),
        """
            sort code {}
            my sort code is {}
            Sort Code: {}
            sortcode {} please check
            the sort code's {}
            Sort code = {}
            s/c {}
            sort code {}, same bank
            """,
        """
            Sort code is {}
            bank sort code: {}
            my s/c is {}
            the branch has sort code {} I think
            """,
    ),
    Kind(
        "account",
        "UK_BANK_ACCOUNT",
        lambda r, h: v.of_half(lambda s: v.digits(s, 8), r, h),
        """
            account number {}
            account no: {}
            my account number is {}
            a/c {}
            bank account {}
            Account Number: {}
            acct no. {}
            the account number's {}
            bank account number {}
            a/c no {}
            """,
        """
            my bank account number is {}
            Acc no: {}
            account no {} at Barclays
            the account is number {}
            A/C: {}
            """,
    ),
    Kind(
        "vat",
        "UK_VAT",
        v.vat,
        """
            our VAT number is {}
            VAT no. {}
            VAT registration {}
            VAT: {}
            VAT reg no {}
            VAT number {}
            my vat no is {}
            vat registration number: {}
            Please add VAT {} to the invoice
            VAT Reg. {}
            """,
        """
            quote VAT number {} on every invoice
            the VAT registration we hold is {}
            VAT ID {}
            I am VAT registered, VAT {}
            the supplier's VAT number is {}
            """,
    ),
    Kind(
        "chi",
        "UK_CHI",
        v.chi,
        """
            CHI number {}
            my CHI is {}
            CHI: {}
            community health index {}
            chi no. {}
            Community Health Index number: {}
            the patient's CHI {}
            CHI = {}
            """,
        """
            CHI Number: {}
            her CHI number is {}
            referral with CHI {} attached
            """,
    ),
    Kind(
        "licence",
        "UK_DRIVING_LICENCE",
        v.driving_licence,
        """
            my driving licence number is {}
            licence {}
            DVLA: {}
            driver licence no {}
            driving license {} expired
            Driving licence: {}
            the licence number is {}
            DVLA wants {} on the form
            driver number {}
            my license is {}
            """,
        """
            Driver's licence number: {}
            my driving licence is {} and it has expired
            DVLA licence no. {}
            I uploaded my licence, {}
            driving licence {} was rejected
            """,
    ),
    Kind(
        "passport",
        "UK_PASSPORT",
        v.passport,
        """
            my passport number is {}
            passport {}
            Passport no: {}
            travel document {}
            passport number {} expires soon
            Passport: {}
            the number in my passport is {}
            passport no. {} was lost
            British passport {}
            UK passport number {}
            """,
        """
            Passport number: {}
            I renewed my passport, it is {} now
            passport no {}
            my UK passport ({}) was stolen
            ID document: passport {}
            """,
    ),
    Kind(
        "plate",
        "UK_VEHICLE_REGISTRATION",
        v.plate,
        """
            my car registration is {}
            reg {}
            number plate {}
            the van {} was parked outside
            vehicle {} failed its MOT
            VRN: {}
            Registration number {}
            the plate is {}
            my car is {}
            Vehicle reg: {}
            log book for {} please
            insured car {}
            """,
        """
            my car's reg is {}
            Vehicle registration: {}
            the van has number plate {}
            parking fine for {}, not my car
            MOT due for {}
            I sold the car, plate {}, in May
            """,
    ),
    Kind(
        "postcode",
        "UK_POSTCODE",
        v.postcode,
        """
            my postcode is {}
            post code {}
            deliver it to {}
            I live at {}
            address: {}
            I have moved to {}
            postcode: {}
            Postcode {}
            the new postcode's {}
            please ship to {}
            delivery postcode = {}
            my address is in {}
            We are moving house to {}
            post code: {}
            """,
        """
            my post code is {}
            I'm at {}, can you deliver there?
            Delivery to {} please
            my new address has postcode {}
            Our house is in {}
            postcode {} is not recognised
            """,
    ),
    Kind(
        "uk address",
        "STREET_ADDRESS",
        v.uk_address,
        """
            I live at {}.
            deliver to {}.
            my address is {}.
            Address: {}
            moved from {}.
            The parcel went to {} instead.
            Please send it to {}.
            home address {}
            I have just moved to {}.
            Delivery address: {}
            the driver left it at {}.
            my mother's at {} now
            """,
        """
            my new address: {}
            The driver could not find {}.
            Can you deliver it to {} please
            Ship-to: {}
            We used to live at {}.
            return label for {}, thanks
            """,
    ),
    Kind(
        "us address",
        "STREET_ADDRESS",
        v.us_address,
        """
            I live at {}.
            ship to {}.
            my address is {}
            Address: {}
            moved from {}.
            Please send it to {}.
            home address {}
            Billing address: {}
            the driver left it at {}.
            bill to {}
            """,
        """
            Mail it to {}
            my new address: {}
            Ship-to: {}
            We used to live at {}.
            I work at {}, second floor
            """,
    ),
    Kind(
        "birth",
        "DATE_OF_BIRTH",
        v.birth,
        """
            my date of birth is {}
            DOB: {}
            I was born on {}
            born {}
            date of birth {}
            d.o.b. {}
            Patient DOB {}
            Date of Birth: {}
            dob {}
            she was born on {}
            my DOB's {}
            Birth date {}
            his birthday is {}
            DoB - {}
            """,
        """
            My DOB is {}
            I was born {}
            patient, born {}, came in today
            D.O.B: {}
            her date of birth is {} and mine is not
            My birthday's {}
            """,
    ),
    Kind(
        "key",
        "API_KEY",
        v.api_key,
        """
            my key is {}
            export TOKEN={}
            I pasted {} by mistake
            Authorization: Bearer {}
            it fails with {}
            config has "{}"
            the token {} has leaked
            curl -H "Authorization: Bearer {}"
            KEY = '{}'
            please revoke {}
            """,
        """
            token: {}
            the integration with {} returns 401
            the deploy script prints {} in its log
            here you go {} but keep it secret
            secret={}
            """,
    ),
    Kind(
        "labelled key",
        "API_KEY",
        v.labelled_key,
        """
            api key: {}
            api_key={}
            my client secret is {}
            access token {}
            API-Key: {}
            the secret key is {}
            auth_token={}
            apikey = "{}"
            """,
        """
            our API key is {}
            client_secret={}
            Access-Token: {}
            api key {}
            """,
    ),
    Kind(
        "password",
        "PASSWORD",
        v.password,
        """
            my password is {}
            password: {}
            pwd={}
            Password was {}
            passcode: {}
            the password is {}
            Password = {}
            pw: {}
            passwd: {}
            my old password was {}
            """,
        """
            my password's {}
            Password is {}
            login with password {}
            pass: {}
            PWD: {}
            """,
    ),
    Kind(
        "pin",
        "PASSWORD",
        v.pin,
        """
            my PIN is {}
            pin: {}
            PIN code is {}
            the pin is {}
            PIN = {}
            pin number is {}
            """,
        """
            my pin code is {}
            card PIN: {}
            the PIN was {}
            """,
    ),
)

# Around a third of the sentences, before or after; split between the halves like the pools.
OPENINGS = [
    "Hi,",
    "Hello,",
    "Good morning.",
    "Hi there,",
    "Dear team,",
    "Hey,",
    "Morning!",
    "To whom it may concern:",
]
CLOSINGS = [
    "Thanks",
    "Thank you.",
    "Cheers",
    "Please help!",
    "Regards",
    "It is urgent.",
    "Many thanks",
    "Any idea why?",
]

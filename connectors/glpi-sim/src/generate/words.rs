//! Words: what people on a generated desk are called and what they write.

/// What goes wrong, with how it is filed: the first word of a category's name.
pub(super) const TITLES: [(&str, &str); 30] = [
    ("Laptop does not start", "Laptop"),
    ("Écran noir après mise à jour", "Laptop"),
    ("Battery drains within an hour", "Laptop"),
    ("New laptop for joiner", "Laptop"),
    ("Printer prints blank pages", "Printer"),
    ("Impression impossible au 3e étage", "Printer"),
    ("Paper jam <tray 2>", "Printer"),
    ("Phone & SIM request", "Phone"),
    ("Headset without sound", "Phone"),
    ("ERP: error \"ORA-00942\" & timeouts", "ERP"),
    ("ERP closing of the month fails", "ERP"),
    ("Invoice export is empty", "ERP"),
    ("CRM duplicates contacts", "CRM"),
    ("CRM report > 100 pages never ends", "CRM"),
    ("Outlook ne démarre plus", "Mail"),
    ("Shared mailbox for the team", "Mail"),
    ("Spam floods the reception", "Mail"),
    ("License for Visio", "Office"),
    ("Excel macro blocked", "Office"),
    ("VPN drops every ten minutes", "VPN"),
    ("VPN access for a contractor", "VPN"),
    ("Wi-Fi slow in meeting room 4", "Wi-Fi"),
    ("No network at the new desk", "LAN"),
    ("Switch port needed in R&D", "LAN"),
    ("Backup job failed", "Servers"),
    ("Disk nearly full on file server", "Servers"),
    ("Reset password <urgent>", "Accounts"),
    ("Accès dossier R&D", "Accounts"),
    ("Account of a leaver to be closed", "Accounts"),
    ("Badge does not open the door", "Badges"),
];

/// Descriptions, rich text.
pub(super) const DESCRIPTIONS: [&str; 10] = [
    "<p>Hello,</p><p>it stopped this morning, please help.</p>",
    "<p>Bonjour,</p><p>depuis hier plus rien ne fonctionne, merci &amp; bonne journée</p>",
    "<p>Hi team, the same as last week.</p><p>Tried turning it off &amp; on.</p>",
    "<p>Needed before Monday.</p>",
    "<p>Several colleagues have it too &lt;whole floor&gt;.</p>",
    "<p>Guten Tag,</p><p>es geht nicht mehr. Danke!</p>",
    "<p>See the screenshot. Error code 0x80070057.</p>",
    "<p>It works at home but not in the office.</p>",
    "<p>Ask me for details, I am in meetings until noon.</p>",
    "<p>Olá, o sistema está muito lento hoje.</p>",
];

/// What technicians write.
pub(super) const ANSWERS: [&str; 8] = [
    "<p>Looking into it.</p>",
    "<p>Could you tell us the name of the device?</p>",
    "<p>Remote session planned for this afternoon.</p>",
    "<p>Replaced the cable, please check again.</p>",
    "<p>Asked the supplier for a spare part &amp; a date.</p>",
    "<p>Logs show a timeout, we follow it.</p>",
    "<p>Rights granted, they work after the next login.</p>",
    "<p>Known problem, a fix comes with the next release.</p>",
];

/// What requesters write.
pub(super) const REPLIES: [&str; 6] = [
    "<p>Any news?</p>",
    "<p>Here is what you asked for.</p>",
    "<p>It still happens.</p>",
    "<p>Merci, je confirme.</p>",
    "<p>Sorry for the delay, I was away.</p>",
    "<p>It is getting worse &amp; blocks my work.</p>",
];

/// What comes back.
pub(super) const COMPLAINTS: [&str; 3] =
    ["<p>It broke again.</p>", "<p>Not solved, sorry.</p>", "<p>Same error as before &lt;0x80070057&gt;.</p>"];

/// What solves it.
pub(super) const SOLUTIONS: [&str; 6] = [
    "<p>Restarted the service.</p>",
    "<p>Fixed by configuration.</p>",
    "<p>Device replaced.</p>",
    "<p>Driver updated &amp; tested with the user.</p>",
    "<p>No fault found.</p>",
    "<p>Rights granted.</p>",
];

/// What is done.
pub(super) const TASKS: [&str; 5] =
    ["On-site check", "Remote session", "Call with the supplier", "Installation", "Test with the user"];

/// What people say of it.
pub(super) const VERDICTS: [&str; 5] = ["", "ok", "Fast & friendly", "took too long", "parfait, merci"];

/// First names.
pub(super) const FIRST_NAMES: [&str; 24] = [
    "Ana", "Bruno", "Chloé", "Dmitri", "Eva", "Farid", "Greta", "Hugo", "Inès", "Jan", "Kofi", "Laura", "Mateus",
    "Nadia", "Olivier", "Paula", "Quentin", "Rosa", "Søren", "Teresa", "Ulrich", "Vera", "William", "Yara",
];

/// Last names.
pub(super) const LAST_NAMES: [&str; 32] = [
    "Silva", "Müller", "Dubois", "O'Brien", "Novák", "Benali", "Lind", "Costa", "Martín", "Kowalski", "Mensah",
    "Rossi", "Almeida", "Haddad", "Lefèvre", "Weber", "Moreau", "García", "Jensen", "Santos", "Schmidt", "Petrova",
    "Brown", "Nguyen", "Ferreira", "Bianchi", "Larsen", "Dupont", "Horvat", "Fischer", "Okafor", "Yılmaz",
];

/// Entities with the index of their parent in this list; the root comes first.
pub(super) const ENTITIES: [(&str, usize); 13] = [
    ("Root entity", 0),
    ("France", 0),
    ("Siège Paris", 1),
    ("Agence Lyon", 1),
    ("Lyon R&D", 3),
    ("Deutschland", 0),
    ("Werk \"Nord\" & Co", 5),
    ("Büro Köln", 5),
    ("Brasil", 0),
    ("São Paulo", 8),
    ("Recife", 8),
    ("Plant <Sul>", 9),
    ("Shared Services", 0),
];

/// Groups with the index of their parent in this list, itself for none.
pub(super) const GROUPS: [(&str, usize); 14] = [
    ("Service Desk", 0),
    ("First Line", 0),
    ("Night Shift", 0),
    ("Infrastructure", 3),
    ("Network Team", 3),
    ("Servers & Storage", 3),
    ("Applications", 6),
    ("ERP Team", 6),
    ("CRM Team", 6),
    ("Messaging", 6),
    ("Field & Workplace", 10),
    ("Field Europe", 10),
    ("Field Brasil", 10),
    ("Identity", 13),
];

/// Categories with the index of their parent in this list, itself for none, and of the group that handles them.
pub(super) const CATEGORIES: [(&str, usize, usize); 17] = [
    ("Hardware", 0, 10),
    ("Laptop", 0, 11),
    ("Printer", 0, 12),
    ("Phone & Mobile", 0, 11),
    ("Software", 4, 6),
    ("ERP", 4, 7),
    ("CRM", 4, 8),
    ("Mail", 4, 9),
    ("Office", 4, 6),
    ("Network", 9, 4),
    ("VPN", 9, 4),
    ("Wi-Fi", 9, 4),
    ("LAN", 9, 4),
    ("Servers", 13, 5),
    ("Access <SSO>", 14, 13),
    ("Accounts", 14, 13),
    ("Badges", 14, 1),
];

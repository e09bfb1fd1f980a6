"""Words of APIs: those that say nothing, those that mean the same, and what kind of thing each verb does."""

import re
from collections.abc import Mapping
from typing import Final

_SILENT: Final = """
    a an the of in on at to for from by with and or is are was were be been being do does did that
    this these those it its as if so any some all each every there here please can could may might
    would should will shall has have had not no one more most than then when where who whom whose
    how much many into onto over under your you we us our ours they them their he she his her about
    out off too just only also which what want need like such given specific specified particular
    certain existing able via per etc right now got let s t api endpoint request response id ids v1
    v2 v3 v4 rest http https json object resource
"""

_ALIKE: Final = """
    repo = repository
    org orgs organisation organisations = organization
    pr prs = pull request
    mr mrs = merge request
    app apps = application
    config configs cfg = configuration
    env envs envvar = environment
    db dbs = database
    auth = authentication
    k8s = kubernetes
    info details detail = information
    perms perm = permission
    msg msgs dm = message
    mail mails = email
    dir directory directories = folder
    photo photos picture pictures pic = image
    people persons = person
    song songs = track
    me my mine myself i authenticated = me
    admin admins = administrator
    preference preferences prefs pref = setting
    vm vms = machine
    pic pics = image
    biggest largest maximum max = limit
    signin logon = login
    todos = todo
    colour = color
    licence = license
    catalogue = catalog
    cancelled cancelling canceling = cancel
"""
_RELATED: Final = """
    access permission collaborator member grant
    allow permission permit enable
    user member person people account
    user username
    collaborator member user
    stop cancel disable abort terminate
    remove delete destroy unregister revoke kick dismiss
    restore undelete recover unarchive reopen revert
    again retry rerun redeliver resend rerequest
    usage size amount quota consumption
    customer client account buyer
    purchase order buy
    buy purchase plan listing account
    invoice bill billing charge payment
    payment charge pay
    cost price spending billing budget expense
    comment note reply message
    label tag
    task todo issue ticket item card
    issue bug problem ticket finding alert error
    finding alert vulnerability
    wrong error problem failure
    fail failure error
    webhook hook callback subscription
    secret credential token password
    key token secret
    deploy deployment release rollout
    server instance machine host droplet
    schedule scheduler calendar plan
    assistant scheduler delegate
    state status presence
    away presence status
    finish status complete state
    setting configuration preference option
    channel conversation room
    message post chat
    group team
    board project
    file document attachment
    review reviewer approve approval
    several multiple bulk batch
    together bulk batch
    join invitation member membership
    invite invitation
    belong membership member
    membership member
    history log event audit
    limit maximum quota
    play playback player playing
    current currently now
    queue add
    find search lookup
    rename update name
    image avatar icon picture
    preview unfurl thumbnail
    link url
    search find query
    count number total
    download export archive
    version revision release
    role permission
    block ban
    share sharing access
    copy duplicate clone fork
    move transfer
    device phone
    trigger run dispatch start
    build job run pipeline
    sign signature
    owner administrator
    place location address
    country region location
    default set
    rule policy protection
    subject digest
    migration export import move
    site website domain page
    remaining left available
    left remaining quota
    session login
    login signin session authentication
    content file
    address email
    seat subscription license
    attach add upload
    suspend disable block deactivate
    lift remove undo
    hide private
    public everybody visible
    open active current
    recent recently latest last
    upcoming next future
    running current ongoing
    regenerate rotate reset renew refresh
    rotate reset regenerate renew
    embed privacy
    expression pattern regex
    export download
    lock freeze
    star favorite
    favorite star like bookmark
    follow subscribe watch
    watch subscription follow
    publish deploy release
    contact customer person
    reject decline deny
    accept approve confirm
    pause suspend stop
    resume continue start
    postpone reschedule delay
    refund reimburse
    shipment parcel package delivery
    label tracking
"""
_PHRASES: Final = r"""
    (sign|signed|signing|log|logged|logging) in = login
    (at once|in one go|in bulk|all together) = bulk
    (pull|merge) request(s?) = \1 request
    (no longer|any ?more|no more) = stop
    (bring|get|take|put) back = restore
    look(ing)? up = find
    (set|turn|switch)(ting|ing)? up = create
    (turn|switch)(ed|ing)? off = disable
    (turn|switch)(ed|ing)? on = enable
    (get|give|need|want|make|issue)( me| us)?( an?)? new = create new
    get rid of = delete
    throw(n|ing)? away = delete
    how (many|much) more = remaining
    how (many|much) = count
    [\w-]+\.(md|txt|old|py|js|json|ya?ml|csv|toml|html?|cfg|log) = file content
    [\w-]+\.(pdf|docx?|xlsx?|png|jpe?g|zip) = file
    (un)(assign|suspend|star|follow|block|lock|archive|subscribe|publish|pin) = \1\2 \2 remove
    (un)(mark|link|install|share|do|ban) = \1\2 \2 remove
"""
_VERBS: Final = """
    read = get list show fetch find read retrieve view look see display check search query describe
        lookup browse count download export inspect tell know watch which what who is are does did
        has have was
    create = create add new make post insert register open start submit upload send give grant
        invite put queue record write ask trigger run assign import publish generate issue subscribe
        schedule place provide attach connect book allow let enable set request dispute buy order
        reply share fork
    update = update close open edit change modify patch rename replace set adjust switch move mark point alter
        restore enable configure disable reopen archive unarchive assign allow let grant rerun retry
        bring turn lock unlock make tick reset rotate
    delete = delete remove destroy drop cancel revoke kick strip erase clear purge unregister
        uninstall stop take throw disable detach leave end abort terminate close unassign withdraw
        unsubscribe discard tick trash unlink unfollow dismiss
"""


def _alike() -> Mapping[str, tuple[str, ...]]:
    lines = (line.partition("=") for line in _ALIKE.strip().splitlines())
    return {word: tuple(meant.split()) for words, _, meant in lines for word in words.split()}


def _phrases() -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = (line.strip().rpartition(" = ") for line in _PHRASES.strip().splitlines())
    return tuple((re.compile(rf"\b(?:{said})\b"), f" {meant} ") for said, _, meant in lines)


def _related() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _RELATED.strip().splitlines():
        first, *others = line.split()
        for other in others:
            found.setdefault(first, set()).add(other)
            found.setdefault(other, set()).add(first)
    return {word: frozenset(others) for word, others in found.items()}


def _verbs() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    kind = ""
    for line in _VERBS.strip().splitlines():
        before, sign, after = line.partition("=")
        kind, words = (before.strip(), after) if sign else (kind, before)
        for word in words.split():
            found.setdefault(word, set()).add(kind)
    return {word: frozenset(kinds) for word, kinds in found.items()}


SILENT: Final = frozenset(_SILENT.split())
"""Words that tell no operation from another."""
ALIKE: Final = _alike()
"""A word to those that it is taken for."""
PHRASES: Final = _phrases()
"""What is written in several words, or as a name, to what it is searched as. All in lower case."""
RELATED: Final = _related()
"""A word to others that may have been meant."""
VERBS: Final = _verbs()
"""A verb to the kinds of things that it does: read, create, update, delete."""

// Generated from apps/api/openapi.json by `npm run openapi`. Do not edit.

export interface paths {
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Users_listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Attachments_stage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Attachments_get"];
        put?: never;
        post?: never;
        delete: operations["Attachments_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Attachments_download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/attachments/{id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Attachments_link"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Auth_me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Auth_getOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Auth_listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["Auth_endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Auth_setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Events_follow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mail/deliveries/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Mail_resend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mail/outbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Mail_listOutbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mail/outbox/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Mail_readOutbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/mail/ses-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Mail_receiveSesEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Status_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Tickets_tags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Tickets_list"];
        put?: never;
        post: operations["Tickets_open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Tickets_get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["Tickets_change"];
        trace?: never;
    };
    "/api/tickets/{id}/attachments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Attachments_list"];
        put?: never;
        post: operations["Attachments_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Tickets_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Tickets_messages"];
        put?: never;
        post: operations["Tickets_write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["Events_announce"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["Tickets_markRead"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Tickets_count"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Users_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Users_get"];
        put?: never;
        post?: never;
        delete: operations["Erasure_erase"];
        options?: never;
        head?: never;
        patch: operations["Users_change"];
        trace?: never;
    };
    "/api/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Users_getMyself"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["Users_changeMyself"];
        trace?: never;
    };
    "/api/users/me/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["NotificationSettings_get"];
        put: operations["NotificationSettings_change"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Health_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Health_live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Health_ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["Metrics_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AdminUser: {
            /** Format: date-time */
            createdAt: string;
            disabled: boolean;
            email: string;
            /** Format: uuid */
            id: string;
            /** @description Of mail; null where nobody has said: English */
            language: ("en" | "de" | "fr" | "es") | null;
            name: string;
            /** @enum {string} */
            role: "customer" | "agent" | "admin";
        };
        AgentList: {
            items: components["schemas"]["Person"][];
        };
        Assignee: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        Attachment: {
            /** Format: date-time */
            createdAt: string;
            filename: string;
            /** Format: uuid */
            id: string;
            messageId: string | null;
            mimeType: string;
            /** @description Lower-case hexadecimal */
            sha256: string;
            /** @description Bytes */
            size: number;
            /** @description null while the file is staged */
            ticketId: string | null;
            uploadedBy: components["schemas"]["Person"];
        };
        AttachmentLink: {
            /** Format: date-time */
            expiresAt: string;
            url: string;
        };
        AttachmentList: {
            items: components["schemas"]["Attachment"][];
        };
        AuthOptions: {
            /** @description Only in development */
            demoAccounts: {
                email: string;
                name: string;
                password: string;
                /** @enum {string} */
                role: "customer" | "agent" | "admin";
            }[];
            /**
             * @description Where the link to a new password goes: by mail, to the terminal of the server, in development, or nowhere
             * @enum {string}
             */
            resetLinks: "mail" | "terminal" | "none";
            /** @description Nobody can sign in yet: the first admin comes by the set-up link */
            setupRequired: boolean;
            version: string;
        };
        AuthSession: {
            /** Format: date-time */
            createdAt: string;
            /** @description The session of this request */
            current: boolean;
            /** Format: date-time */
            expiresAt: string;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            lastUsedAt: string;
            userAgent: string;
        };
        AuthSessionList: {
            items: components["schemas"]["AuthSession"][];
        };
        ChangeMyself: {
            /** @description Of mail; null: English */
            language: ("en" | "de" | "fr" | "es") | null;
        };
        ChangePassword: {
            currentPassword: string;
            newPassword: string;
        };
        ChangeTicket: {
            /** @description null: nobody */
            assigneeId?: string | null;
            dueAt?: string | null;
            /** @enum {string} */
            priority?: "low" | "normal" | "high" | "urgent";
            /** @enum {string} */
            status?: "new" | "open" | "pending" | "solved" | "closed";
            subject?: string;
            /** @description All of them: what is not in the list goes */
            tags?: string[];
        };
        Delivery: {
            attempts: number;
            /** Format: uuid */
            id: string;
            /** @description Why it was not sent, or waits */
            reason: string[];
            recipient: string;
            /** @enum {string} */
            status: "queued" | "sent" | "failed" | "bounced" | "complained" | "suppressed";
            /** Format: date-time */
            updatedAt: string;
        };
        DeskUser: {
            /** Format: date-time */
            createdAt: string;
            /** @description For admins */
            disabled?: boolean;
            email: string;
            /** Format: uuid */
            id: string;
            /** @description Of mail; null where nobody has said: English */
            language: ("en" | "de" | "fr" | "es") | null;
            name: string;
            /** @enum {string} */
            role: "customer" | "agent" | "admin";
        };
        ForgotPassword: {
            email: string;
        };
        KeptMail: {
            /** Format: date-time */
            createdAt: string;
            from: string;
            headers: {
                [key: string]: string;
            };
            html: string;
            id: string;
            subject: string;
            text: string;
            to: string;
        };
        KeptMailEntry: {
            /** Format: date-time */
            createdAt: string;
            id: string;
            subject: string;
            to: string;
        };
        KeptMailPage: {
            items: components["schemas"]["KeptMailEntry"][];
            nextCursor: string | null;
        };
        Login: {
            email: string;
            password: string;
        };
        MailDelivery: {
            attempts: number;
            /** Format: uuid */
            id: string;
            /** @description Why it was not sent, or waits */
            reason: string | null;
            recipient: string;
            /** @enum {string} */
            status: "queued" | "sent" | "failed" | "bounced" | "complained" | "suppressed";
            /** Format: date-time */
            updatedAt: string;
        };
        Maintenance: {
            /** @description What the operator says to users */
            message: string | null;
            /** Format: date-time */
            since: string;
            /** @description When it is meant to be over, if that is known */
            until: string | null;
        };
        /** @default {} */
        MarkRead: {
            /**
             * Format: uuid
             * @description The last message that was shown; left out: all that has been said so far
             */
            messageId?: string;
        };
        Message: {
            attachments: components["schemas"]["Attachment"][];
            author: components["schemas"]["Person"];
            /** @description Markdown as written: render it without HTML */
            body: string;
            /** Format: date-time */
            createdAt: string;
            /** @description For the desk: the mail by which the requester hears of it; null where there is none */
            delivery: components["schemas"]["MailDelivery"] | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "reply" | "note";
            /** Format: uuid */
            ticketId: string;
        };
        MessagePage: {
            items: components["schemas"]["Message"][];
            nextCursor: string | null;
        };
        NotificationSettings: {
            /** @description Customers: the desk has answered */
            agentReply?: boolean;
            /** @description Agents: a ticket was given to them */
            assigned?: boolean;
            /** @description Agents: a customer has written in a ticket of theirs */
            customerReply?: boolean;
            /** @description Customers: a request is solved */
            solved?: boolean;
            /** @description Customers: a request has come in */
            ticketReceived?: boolean;
        };
        OpenTicket: {
            /**
             * Format: uuid
             * @description Agents
             */
            assigneeId?: string;
            /**
             * @description Staged files that become part of the first message
             * @default []
             */
            attachmentIds?: string[];
            body: string;
            /** @description The closed ticket that this one follows */
            followUpOf?: string | number;
            /**
             * @default normal
             * @enum {string}
             */
            priority?: "low" | "normal" | "high" | "urgent";
            /** @description Agents: for whom the ticket is */
            requesterEmail?: string;
            /** @description Agents: the name of a requester who is not known yet */
            requesterName?: string;
            subject: string;
            tags?: string[];
        };
        Person: {
            /** Format: uuid */
            id: string;
            name: string;
            /** @enum {string} */
            role: "customer" | "agent" | "admin";
        };
        Presence: {
            /** @enum {string} */
            state: "viewing" | "typing" | "left";
        };
        Register: {
            email: string;
            name: string;
            password: string;
        };
        Requester: {
            email: string;
            /** Format: uuid */
            id: string;
            name: string;
        };
        /** @default {} */
        Resend: {
            /**
             * @description Write to the address again although mail to it came back or was reported
             * @default false
             */
            liftBlock?: boolean;
        };
        ResetPassword: {
            password: string;
            token: string;
        };
        Setup: {
            email: string;
            name: string;
            password: string;
            token: string;
        };
        SignedIn: {
            /** @description For the Authorization header, as Bearer */
            accessToken: string;
            /** @description Seconds */
            expiresIn: number;
            user: components["schemas"]["User"];
        };
        Status: {
            /** @description While it is there, reading goes on and writes are answered with 503 */
            maintenance: components["schemas"]["Maintenance"] | null;
        };
        TagList: {
            items: {
                count: number;
                name: string;
            }[];
        };
        Ticket: {
            assignee: components["schemas"]["Assignee"] | null;
            attachmentCount: number;
            /** @enum {string} */
            channel: "web" | "agent" | "api";
            closedAt: string | null;
            /** Format: date-time */
            createdAt: string;
            dueAt: string | null;
            firstResponseAt: string | null;
            followUpOf: {
                /** Format: uuid */
                id: string;
                number: number;
            } | null;
            /** Format: uuid */
            id: string;
            number: number;
            /** @enum {string} */
            priority: "low" | "normal" | "high" | "urgent";
            requester: components["schemas"]["Requester"];
            /** @description The newest message that the caller may see, shortened */
            snippet: {
                author: components["schemas"]["Person"];
                /** Format: date-time */
                createdAt: string;
                /** @enum {string} */
                kind: "reply" | "note";
                text: string;
            } | null;
            solvedAt: string | null;
            /** @enum {string} */
            status: "new" | "open" | "pending" | "solved" | "closed";
            subject: string;
            tags: string[];
            /** @description There is a message that the caller has not seen */
            unread: boolean;
            /** Format: date-time */
            updatedAt: string;
            version: number;
            /** @description Since when the customer has been waiting for an answer */
            waitingSince: string | null;
        };
        TicketCounts: {
            /** @description A count that reaches it is that many or more */
            cap: number;
            mine: number;
            open: number;
            pending: number;
            unassigned: number;
        };
        TicketEvent: {
            actor: components["schemas"]["Person"] | null;
            /** Format: date-time */
            createdAt: string;
            from: unknown | null;
            /** Format: uuid */
            id: string;
            /** Format: uuid */
            ticketId: string;
            to: unknown | null;
            /** @enum {string} */
            type: "created" | "status" | "priority" | "assignee" | "tags" | "subject" | "dueAt" | "reply" | "note" | "attachment.added" | "attachment.removed";
        };
        TicketEventPage: {
            items: components["schemas"]["TicketEvent"][];
            nextCursor: string | null;
        };
        TicketPage: {
            /** @description With q: what of the search was understood otherwise */
            hints?: string[];
            items: components["schemas"]["Ticket"][];
            nextCursor: string | null;
            /** @description The order that was used; with q it may differ from the one asked for */
            order: string;
            /** @description With q: how many tickets match, up to 1,000 */
            total?: number;
            totalIsCapped?: boolean;
        };
        User: {
            /** Format: date-time */
            createdAt: string;
            email: string;
            /** Format: uuid */
            id: string;
            /** @description Of mail; null where nobody has said: English */
            language: ("en" | "de" | "fr" | "es") | null;
            name: string;
            /** @enum {string} */
            role: "customer" | "agent" | "admin";
        };
        UserChange: {
            disabled?: boolean;
            /** @enum {string} */
            role?: "customer" | "agent" | "admin";
        };
        UserPage: {
            items: {
                /** Format: date-time */
                createdAt: string;
                disabled: boolean;
                email: string;
                /** Format: uuid */
                id: string;
                /** @description Of mail; null where nobody has said: English */
                language: ("en" | "de" | "fr" | "es") | null;
                name: string;
                /** @enum {string} */
                role: "customer" | "agent" | "admin";
            }[];
            nextCursor: string | null;
        };
        WriteMessage: {
            /** @default [] */
            attachmentIds?: string[];
            body: string;
            /**
             * @default reply
             * @enum {string}
             */
            kind?: "reply" | "note";
            /**
             * @description Agents: set with the message, in one transaction
             * @enum {string}
             */
            status?: "new" | "open" | "pending" | "solved" | "closed";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    Users_listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
        };
    };
    Attachments_stage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    attachments: string[];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentList"];
                };
            };
        };
    };
    Attachments_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Attachment"];
                };
            };
        };
    };
    Attachments_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that the change is based on */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Attachments_download: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To a signed URL that works without a token */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Attachments_link: {
        parameters: {
            query?: {
                /** @description inline only for images and PDF; anything else is sent as attachment */
                disposition?: "attachment" | "inline";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentLink"];
                };
            };
        };
    };
    Auth_login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
        };
    };
    Auth_logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Auth_me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    Auth_getOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthOptions"];
                };
            };
        };
    };
    Auth_changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePassword"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
        };
    };
    Auth_forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForgotPassword"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Auth_resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPassword"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Auth_refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
        };
    };
    Auth_register: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Register"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
        };
    };
    Auth_listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthSessionList"];
                };
            };
        };
    };
    Auth_endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Auth_setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Setup"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
        };
    };
    Events_follow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event that was seen */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-sent events, scoped to what the caller may see: hello, ticket.opened, ticket.changed, message.added, message.mail, presence, maintenance, resync. Comments keep the connection alive. The stream ends with the access token at the latest; come back with Last-Event-ID and the rest follows, or resync: then read anew. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
        };
    };
    Mail_resend: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Resend"];
            };
        };
        responses: {
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
        };
    };
    Mail_listOutbox: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptMailPage"];
                };
            };
        };
    };
    Mail_readOutbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeptMail"];
                };
            };
        };
    };
    Mail_receiveSesEvent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A message of Amazon SNS */
        requestBody: {
            content: {
                "text/plain": string;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Status_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
        };
    };
    Tickets_tags: {
        parameters: {
            query?: {
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagList"];
                };
            };
        };
    };
    Tickets_list: {
        parameters: {
            query?: {
                assignee?: ("me" | "none" | string)[];
                cursor?: string;
                limit?: string;
                priority?: ("low" | "normal" | "high" | "urgent")[];
                /** @description Full text and operators; of a very long one the beginning */
                q?: string;
                requester?: ("me" | string)[];
                sort?: string;
                status?: ("new" | "open" | "pending" | "solved" | "closed")[];
                /** @description -tag leaves tickets with it out */
                tag?: string[];
                updatedSince?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
        };
    };
    Tickets_open: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe for 24 hours */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenTicket"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    Tickets_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    Tickets_change: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that the change is based on */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeTicket"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
        };
    };
    Attachments_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentList"];
                };
            };
        };
    };
    Attachments_upload: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that the change is based on */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    attachments: string[];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttachmentList"];
                };
            };
        };
    };
    Tickets_events: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketEventPage"];
                };
            };
        };
    };
    Tickets_messages: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
        };
    };
    Tickets_write: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a retry safe for 24 hours */
                "Idempotency-Key"?: string;
                /** @description The ETag that the change is based on */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WriteMessage"];
            };
        };
        responses: {
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
        };
    };
    Events_announce: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Presence"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Tickets_markRead: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MarkRead"];
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Tickets_count: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketCounts"];
                };
            };
        };
    };
    Users_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: string;
                q?: string;
                role?: "customer" | "agent" | "admin";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
        };
    };
    Users_get: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeskUser"];
                };
            };
        };
    };
    Erasure_erase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A customer and all their tickets are gone for good. With thousands of them it may take longer than a proxy waits: it goes on all the same, and asked for again it answers at its end, or with 404 after it */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Users_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
        };
    };
    Users_getMyself: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    Users_changeMyself: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeMyself"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
        };
    };
    NotificationSettings_get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSettings"];
                };
            };
        };
    };
    NotificationSettings_change: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NotificationSettings"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSettings"];
                };
            };
        };
    };
    Health_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Health_live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Health_ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    Metrics_metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
}
